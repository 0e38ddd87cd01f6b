/// Reads a C array of characters inside a structure, up to its first zero byte.
func stringFromTuple<Tuple: BitwiseCopyable>(_ characters: Tuple) -> String {
    unsafe withUnsafeBytes(of: characters) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
