import Foundation
import Isolation
import TestSupport
import Testing

@testable import VMIsolation

@Suite struct MalformedTemplateTests {
    /// The error of a template with this text.
    private func error(_ text: String) throws -> BulkheadError? {
        let plan = try TemplateSamples.plan()
        return bulkheadError { _ = try TemplateSamples.template(text).render(plan) }
    }

    @Test(
        arguments: [
            ("<domain>\n{{nmae}}\n</domain>", 2, "“nmae”"),
            ("<domain>\n\n{{kernel}}</domain>", 3, "{{#kernelBoot}}"),
            ("<domain>\n{{file}}</domain>", 2, "{{#disks}} or {{#backing}}"),
            ("<domain>\n{{#disks}}\n</domain>", 2, "has no end"),
            ("<domain>\n{{/disks}}\n</domain>", 2, "not begun"),
            ("<domain>\n{{#disks}}\n{{#readOnly}}\n{{/disks}}", 4, "line 3"),
            ("<domain>\n{{{name}}}</domain>", 2, "without escaping"),
            ("<domain>\n{{&name}}</domain>", 2, "without escaping"),
            ("<domain>\n{{=<% %>=}}</domain>", 2, "delimiters"),
            ("<domain>\n{{>other}}</domain>", 2, "another template"),
            ("<domain>\n{{<other}}{{/other}}</domain>", 2, "another template"),
            ("<domain>\n{{$block}}{{/block}}</domain>", 2, "another template"),
            ("<domain>\n{{% CONTENT_TYPE:TEXT}}</domain>", 2, "escaped"),
            ("<domain>\n{{name", 2, "no end"),
            ("<domain>{{}}</domain>", 1, "“”"),
            ("<domain>{{name.count}}</domain>", 1, "“name.count”"),
            ("<domain>{{uppercased(name)}}</domain>", 1, "“uppercased(name)”"),
            ("<domain>{{.}}</domain>", 1, "“.”"),
            ("<domain>\n{{#name}}x{{/name}}</domain>", 2, "always there"),
            ("<domain>\n{{kvm}}</domain>", 2, "{{#kvm}}"),
            ("<domain>\n{{seedFile}}</domain>", 2, "may be missing"),
            ("{{#disks}}\n{{#disks}}{{/disks}}{{/disks}}", 2, "inside itself"),
            ("<a>{", 1, "left over"),
        ] as [(String, Int, String)])
    func faultsOfTagsAreNamed(_ text: String, _ line: Int, _ detail: String) throws {
        let error = try error(text)
        #expect(error?.reason == .templateMalformed)
        #expect(error?.subject == "template my.xml, line \(line)")
        #expect(error?.detail.contains(detail) == true, "\(error?.detail ?? "")")
    }

    @Test(
        arguments: [
            ("plain text", 1, "no element"),
            ("<domain>\n<name>x</nam>\n</domain>", 2, "end tag"),
            ("<domain>\n<name>", 2, "missing"),
            ("<domain>\n\n<name a=1/></domain>", 3, "quote"),
            ("<domain a='1' a='2'/>", 1, "twice"),
            ("<domain>\n<x:y/></domain>", 2, "prefix"),
            ("<domain>\n&lol;</domain>", 2, "entity"),
            ("<domain/>\n<domain/>", 2, "left over"),
            ("<domain>\n<!-- never ends\n</domain>", 2, "comment has no end"),
            ("<!DOCTYPE domain SYSTEM 'http://example.org/x.dtd'>\n<domain/>", 1, "document type"),
            ("<domain>\n<!ENTITY a 'b'></domain>", 2, "entity declarations"),
            ("<domain>\n<?php x?></domain>", 2, "processing instructions"),
            ("<?xml version='1.0' encoding='UTF-16'?><domain/>", 1, "UTF-8"),
            ("<?xml version='1.1'?><domain/>", 1, "XML 1.0"),
            ("\n<?xml version='1.0'?><domain/>", 2, "processing instructions"),
        ] as [(String, Int, String)])
    func whatIsNoXMLIsNamed(_ text: String, _ line: Int, _ detail: String) throws {
        let error = try error(text)
        #expect(error?.reason == .templateMalformed)
        #expect(error?.subject == "template my.xml, line \(line)")
        #expect(error?.detail.contains(detail) == true, "\(error?.detail ?? "")")
    }

    @Test func linesAreTheTemplatesBehindRepeatedSections() throws {
        let text = "<domain>\n{{#disks}}\n<disk/>\n{{/disks}}\n{{! two\nlines }}\n<broken>\n</domain>"
        let error = try error(text)
        #expect(error?.subject == "template my.xml, line 8")
        let document = try DomainDocument("<a\n b='1'\n>\n<!-- <c> -->\n<![CDATA[<d>]]><e/></a>")
        #expect(document.root.line == 1)
        #expect(document.root.children.map(\.line) == [5])
    }

    @Test func entityBombsAreRefusedAtOnce() throws {
        var bomb = "<!DOCTYPE lolz [<!ENTITY a0 \"lol\">"
        for level in 1...9 {
            let references = String(repeating: "&a\(level - 1);", count: 10)
            bomb += "<!ENTITY a\(level) \"\(references)\">"
        }
        let text = bomb + "]><domain>&a9;</domain>"
        let clock = ContinuousClock()
        let began = clock.now
        #expect(try error(text)?.detail.contains("entity declarations") == true)
        #expect(clock.now - began < .seconds(5))
    }

    @Test(arguments: [33, 5000, 40_000])
    func deepElementsAreRefused(_ depth: Int) throws {
        let text = String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
        let clipped = String(text.prefix(TemplateFile.largestSize))
        #expect(try error(clipped)?.detail.contains("nested") == true)
    }

    @Test func manyElementsAreRefused() throws {
        let text = "<a>" + String(repeating: "<b/>", count: 20_000) + "</a>"
        #expect(try error(text)?.detail.contains("more than") == true)
    }

    @Test func deepSectionsAreRefused() throws {
        let text = String(repeating: "{{#kvm}}", count: 20_000)
        #expect(try error(text)?.reason == .templateMalformed)
    }

    @Test func elementsAtTheAllowedDepthPass() throws {
        let depth = DomainDocument.deepest
        let text = String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
        #expect(try DomainDocument(text).root.name == "a")
    }

    @Test func carriageReturnsAndOurOwnPragmaPass() throws {
        let text = try TemplateSamples.builtInText().replacingOccurrences(of: "\n", with: "\r\n")
        _ = try TemplateSamples.template("{{% CONTENT_TYPE:XML}}\r\n" + text).render(TemplateSamples.plan())
    }

    @Test func noRandomDamageEscapesAsAnotherError() throws {
        var random = SeededGenerator(seed: 99)
        let original = Array(try TemplateSamples.builtInText().utf8)
        let plan = try TemplateSamples.plan()
        let pieces = [
            "{{", "}}", "<", ">", "&", "\"", "{{#disks}}", "{{/disks}}", "<![CDATA[", "<!--", "\u{0301}", "{",
        ]
        for _ in 0..<400 {
            var bytes = original
            let place = Int.random(in: 0..<bytes.count, using: &random)
            let end = min(bytes.count, place + Int.random(in: 0...6, using: &random))
            bytes.replaceSubrange(place..<end, with: Array((pieces.randomElement(using: &random) ?? "").utf8))
            do {
                let text = String(decoding: bytes, as: UTF8.self)
                let xml = try TemplateSamples.template(text).render(plan)
                try DomainReadBack.check(xml, against: plan)
            } catch {
                #expect(error is BulkheadError)
            }
        }
    }
}
