import Foundation
import FoundationXML

extension DomainDocument {
    /// What is wrong with a text that is no document we take, and the text's line.
    struct Fault: Error, Hashable {
        var line: Int
        var detail: String
    }

    static let largestText = 1 << 20
    static let deepest = 32
    static let mostElements = 10_000

    /// Reads the text without ever expanding or fetching anything.
    ///
    /// - Parameter origin: the template's line for one of the text.
    init(_ text: String, origin: (Int) -> Int = { $0 }) throws(Fault) {
        guard text.utf8.count <= DomainDocument.largestText else {
            throw Fault(line: 1, detail: "the document has more than \(DomainDocument.largestText >> 10) KiB")
        }
        let lines: [Int]
        do {
            lines = try MarkupScan(text).lines
        } catch {
            throw Fault(line: origin(error.line), detail: error.detail)
        }
        let builder = TreeBuilder(lines: lines.map(origin))
        let parser = XMLParser(data: Data(text.utf8))
        parser.shouldProcessNamespaces = true
        parser.shouldResolveExternalEntities = false
        parser.delegate = builder
        _ = parser.parse()
        if let fault = builder.fault { throw Fault(line: origin(fault.line), detail: fault.detail) }
        guard let root = builder.root else { throw Fault(line: 1, detail: "there is no element") }
        self.root = root
    }
}

/// Builds the tree while the parser reads. The parser's result is true after most faults: the first fault counts.
private final class TreeBuilder: NSObject, XMLParserDelegate {
    private(set) var root: DomainDocument.Node?
    private(set) var fault: DomainDocument.Fault?
    private var open: [DomainDocument.Node] = []
    private var count = 0
    private let lines: [Int]

    init(lines: [Int]) { self.lines = lines }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        guard open.count < DomainDocument.deepest else {
            return stop(parser, "elements are nested more than \(DomainDocument.deepest) deep")
        }
        guard count < DomainDocument.mostElements else {
            return stop(parser, "there are more than \(DomainDocument.mostElements) elements")
        }
        let line = count < lines.count ? lines[count] : parser.lineNumber
        count += 1
        open.append(
            DomainDocument.Node(name: name, namespace: namespaceURI ?? "", attributes: attributes, line: line))
    }

    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
        guard fault == nil, let node = open.popLast() else { return }
        if open.isEmpty {
            root = node
        } else {
            open[open.count - 1].children.append(node)
        }
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        guard !open.isEmpty else { return }
        open[open.count - 1].text += text
    }

    func parser(_ parser: XMLParser, foundCDATA block: Data) {
        self.parser(parser, foundCharacters: String(decoding: block, as: UTF8.self))
    }

    func parser(_ parser: XMLParser, parseErrorOccurred error: any Error) {
        guard fault == nil else { return }
        fault = .init(line: parser.lineNumber, detail: "it is not XML: \(describe((error as NSError).code))")
    }

    private func stop(_ parser: XMLParser, _ detail: String) {
        if fault == nil { fault = .init(line: parser.lineNumber, detail: detail) }
        parser.abortParsing()
    }

    /// The parser gives numbers only. Source: `xmlParserErrors` of libxml2.
    private func describe(_ code: Int) -> String {
        let innermost = open.last.map { "<\($0.name)>" } ?? "the document"
        let known = [
            4: "there is no element", 5: "something is missing or left over at the end of \(innermost)",
            9: "a character that XML does not know", 26: "an entity that is not declared",
            38: "an attribute's value has “<” in it", 39: "an attribute's value does not begin with a quote",
            40: "an attribute's value does not end", 41: "an attribute without a value",
            42: "an attribute is given twice", 65: "a blank is missing between attributes",
            68: "a name is missing behind “<” or “&”", 73: "a tag of \(innermost) does not end with “>”",
            76: "an end tag does not fit \(innermost)", 80: "a comment has “--” in it",
            201: "a namespace prefix is not declared",
        ]
        return (known[code] ?? "the parser stopped in \(innermost)") + " (libxml2 error \(code))"
    }
}
