import Glibc

extension ScratchDisks {
    static let templatePrefix = Array("scratch-".utf8)
    /// How many templates stay, the last used ones; each takes well under a MiB for each GiB of its size.
    static let keptTemplates = 8

    /// Its time of change says when a template was last used; its shared lock, that it is being copied.
    ///
    /// Neither need succeed: a template that is evicted can be copied to the end by who has it open.
    static func markUse(of template: OpenFile) {
        _ = flock(template.descriptor, LOCK_SH | LOCK_NB)
        _ = futimens(template.descriptor, nil)
    }

    /// Removes the templates that were not used for longest, but none that is being copied.
    static func evict(from cache: OpenFile) {
        let names = ((try? cache.names()) ?? []).filter { $0.starts(with: templatePrefix) }
        let used = names.compactMap { name in (try? cache.status(of: name)).map { (name, $0.st_mtim) } }
        let byUse = used.sorted { ($0.1.tv_sec, $0.1.tv_nsec) > ($1.1.tv_sec, $1.1.tv_nsec) }
        for (name, _) in byUse.dropFirst(keptTemplates) {
            guard let template = try? OpenFile(name, in: cache, O_RDONLY | O_NOFOLLOW | O_NONBLOCK),
                flock(template.descriptor, LOCK_EX | LOCK_NB) == 0
            else { continue }
            _ = name.withCString { unlinkat(cache.descriptor, $0, 0) }
        }
    }
}
