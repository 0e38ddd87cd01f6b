internal import CLibvirt
internal import Glibc

/// Takes over a list that libvirt allocated: every element by `take`, the list itself is freed.
///
/// `take` is called for every element even if it throws for one, so that each reference finds its owner.
func takeList<Element, Value>(
    _ list: UnsafeMutablePointer<Element?>?,
    count: Int32,
    _ take: (Element) throws -> Value
) throws -> [Value] {
    guard let list = unsafe list else { return [] }
    defer { unsafe free(list) }
    let results = unsafe UnsafeBufferPointer(start: list, count: Int(count)).compactMap { element in
        element.map { element in Result { try take(element) } }
    }
    return try results.map { try $0.get() }
}
