import Glibc

/// Which one, by `BULKHEAD_FUZZ_TARGET`; libFuzzer's own options are arguments.
private let target: FuzzTarget = {
    let name = getenv("BULKHEAD_FUZZ_TARGET").map { String(cString: $0) } ?? ""
    if let target = FuzzTarget.all.first(where: { $0.name == name }) { return target }
    // `bin/fuzz` asks for these.
    for target in FuzzTarget.all { print(target.name, target.longest) }
    exit(name.isEmpty ? 0 : 2)
}()

@_cdecl("LLVMFuzzerInitialize")
public func initialize(_: UnsafeMutablePointer<CInt>, _: UnsafeMutableRawPointer) -> CInt {
    // Before libFuzzer takes an exit for a crash.
    let seeds = target.seeds
    guard let directory = getenv("BULKHEAD_FUZZ_SEEDS").map({ String(cString: $0) }) else { return 0 }
    for (number, seed) in seeds.enumerated() {
        guard let file = fopen("\(directory)/built-in-\(number)", "w") else { continue }
        fwrite(seed, 1, seed.count, file)
        fclose(file)
    }
    return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    do { try target.run(Array(UnsafeBufferPointer(start: bytes, count: count))) } catch { fatalError("\(error)") }
    return 0
}
