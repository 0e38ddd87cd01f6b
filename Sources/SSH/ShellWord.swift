extension String {
    /// The text as one word of a POSIX shell, whatever it contains.
    var shellWord: String {
        "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }
}
