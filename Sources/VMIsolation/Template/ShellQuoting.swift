/// Words for a POSIX shell.
enum ShellQuoting {
    /// The text as one word in single quotes, which a shell gives back unchanged: blanks, quotes and line ends too.
    ///
    /// A zero character, which no shell can hold, is left out. A tag in a script stands alone, never inside quotes.
    static func quote(_ text: String) -> String {
        var quoted = "'"
        for scalar in text.unicodeScalars where scalar.value != 0 {
            if scalar == "'" {
                quoted += "'\\''"
            } else {
                quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "'"
    }
}
