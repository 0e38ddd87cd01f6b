import Isolation
import Libvirt

/// libvirt's own packet filter, for callers who may not use nftables: the daemon sets its rules, for each guest anew. It
/// binds a guest to its MAC and address as the walls do, and keeps it from nothing of the host.
struct GuestFilter {
    let connection: Connection
    let owner: String

    var name: String { "bulkhead-" + owner.prefix(8) }

    private static let tags = [TemplateTag("name", .text, "the filter's name")]

    /// Makes it where it is missing.
    func define(from templates: String) async throws {
        do {
            if try await existing() != nil { return }
            let template = try TemplateRenderer(
                TemplateFile(path: templates + "/nwfilter.xml"), tags: Self.tags, escaping: .xml)
            _ = try await connection.defineNWFilter(xml: try template.render(["name": .text(name)]).text)
        } catch let error as LibvirtError {
            // Another launch may have been quicker.
            if try await existing() == nil { throw error.named("libvirt's filter \(name)", .wallRefused) }
        }
    }

    func remove() async throws {
        do { try await existing()?.undefine() } catch let error as LibvirtError {
            throw error.named("libvirt's filter \(name)", .cleanupIncomplete)
        }
    }

    private func existing() async throws -> NWFilter? {
        do { return try await connection.nwFilter(named: name) } catch let error as LibvirtError
            where error.code == .noNWFilter
        {
            return nil
        }
    }
}
