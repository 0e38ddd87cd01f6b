import Isolation
import Testing

@testable import VMIsolation

@Suite struct MonitorOwnerTests {
    /// As libvirt 9.0 writes them.
    private static let models = """
        <capabilities><host><secmodel><model>apparmor</model><doi>0</doi><baselabel type='qemu'>+1:+2</baselabel></secmodel>
            <secmodel>
              <model>dac</model>
              <doi>0</doi>
              <baselabel type='kvm'>+64055:+107</baselabel>
              <baselabel type='qemu'>+64056:+108</baselabel>
            </secmodel>
        </host></capabilities>
        """

    @Test func theUserIsThatOfTheAcceleration() {
        #expect(MonitorOwner(capabilities: Self.models, .kvm)?.label == "+64055:+107")
        #expect(MonitorOwner(capabilities: Self.models, .tcg)?.label == "+64056:+108")
    }

    @Test(arguments: ["", "<secmodel><model>dac</model></secmodel>", models.replacing("dac", with: "none")])
    func whereNoneIsNamedNobodyGetsFiles(_ capabilities: String) {
        #expect(MonitorOwner(capabilities: capabilities, .tcg) == nil)
    }
}
