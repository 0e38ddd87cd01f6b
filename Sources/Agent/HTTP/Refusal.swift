/// Why a call is not served, as it is answered.
struct Refusal: Error {
    var status: Int
    var text: String
    var headers: [(String, String)] = []

    var answer: HTTPAnswer { HTTPAnswer(status: status, text: text + "\n", headers: headers) }
}
