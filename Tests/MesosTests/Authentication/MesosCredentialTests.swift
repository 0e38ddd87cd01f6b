import Mesos
import TestSupport
import Testing

struct MesosCredentialTests {
    @Test(arguments: [
        #"{"principal":"p","secret":"s3cret"}"#, "p s3cret", "  p\ts3cret\n",
        "\n{\"secret\": \"s3cret\",\n\"principal\": \"p\"}\n",
    ])
    func bothFormsAreRead(_ text: String) throws {
        #expect(try MesosCredential(parsing: Array(text.utf8)) == MesosCredential(principal: "p", secret: "s3cret"))
    }

    @Test(arguments: [
        ("", MalformedCredential.Reason.empty), (" \n", .empty), ("p", .notTwoWords), ("p s t", .notTwoWords),
        ("{", .badJSON), (#"{"secret":"s3cret"}"#, .badJSON), (#"{"principal":"p"}"#, .noSecret),
        (#"{"principal":"p","secret":7}"#, .badJSON), (#"{"principal":"","secret":"s3cret"}"#, .noPrincipal),
        (#"{"principal":"p","secret":""}"#, .noSecret),
    ])
    func whatIsNoneIsRefused(_ text: String, _ reason: MalformedCredential.Reason) {
        let error = #expect(throws: MalformedCredential.self) { try MesosCredential(parsing: Array(text.utf8)) }
        #expect(error?.reason == reason)
        #expect(error?.description.contains("s3cret") == false)
    }

    @Test func bytesThatAreNoTextAreRefused() {
        #expect(throws: MalformedCredential.self) { try MesosCredential(parsing: [0x70, 0x20, 0xff]) }
    }

    @Test func theSecretIsNeverShown() {
        let credential = MesosCredential(principal: "p", secret: "s3cret")
        var dumped = ""
        dump(credential, to: &dumped)
        let shown = ["\(credential)", String(reflecting: credential), "\([credential])", dumped]
        for text in shown { #expect(!text.contains("s3cret"), "\(text)") }
    }
}
