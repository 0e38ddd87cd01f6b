import Isolation
import Testing

@Suite struct IsolationListTests {
    @Test(
        arguments: [
            ("vm", .vm, IsolationList.standard),
            ("process", .process, ["process/cgroups", "process/sandbox", "process/time"]),
            (
                "external:/usr/lib/some program", .external(program: "/usr/lib/some program"),
                ["external/resources", "external/sandbox", "external/time"]
            ),
            ("vm/compute", .vm, ["vm/compute"]),
            ("vm/disk, vm/compute", .vm, ["vm/disk", "vm/compute"]),
            ("vm,example/ramdisk", .vm, IsolationList.standard + ["example/ramdisk"]),
            ("example/ramdisk,process", .process, ["example/ramdisk", "process/cgroups", "process/sandbox", "process/time"]),
            (
                "external:/bin/x,example/ramdisk", .external(program: "/bin/x"),
                ["external/resources", "external/sandbox", "external/time", "example/ramdisk"]
            ),
        ] as [(String, IsolationList.LauncherName, [String])])
    func goodOnesAreRead(_ text: String, _ launcher: IsolationList.LauncherName, _ isolators: [String]) throws {
        let list = try IsolationList(text, known: ["example/ramdisk"])
        #expect(list.launcher == launcher && list.isolators == isolators)
    }

    @Test func theStandardListSpelledOutIsTheSame() throws {
        let list = try IsolationList(IsolationList.standard.joined(separator: ","))
        #expect(list == (try IsolationList("vm")))
        #expect(
            IsolationList.standard == [
                "vm/compute", "vm/disk", "vm/network", "vm/identity", "vm/console", "vm/sandbox", "vm/time",
            ])
    }

    @Test(arguments: [
        ("", "", "empty name"), ("vm,", "vm,", "empty name"), (",vm", ",vm", "empty name"), (" ", " ", "empty name"),
        ("vm/gpu", "vm/gpu", "no isolator of this name"), ("VM", "VM", "no isolator of this name"),
        ("lxc", "lxc", "no isolator of this name"), ("example/other", "example/other", "no isolator of this name"),
        ("vm,vm", "vm", "twice"), ("vm/disk,vm/disk", "vm/disk", "twice"), ("vm,vm/disk", "vm/disk", "twice"),
        ("process,example/ramdisk,example/ramdisk", "example/ramdisk", "twice"),
        ("process,vm/disk", "vm/disk", "does not go with process"),
        ("vm/disk,external:/bin/x", "vm/disk", "does not go with external:/bin/x"),
        ("vm,process", "process", "one launcher"), ("external:/a,external:/b", "external:/b", "one launcher"),
        ("example/ramdisk", "example/ramdisk", "no launcher"),
        ("vm,process/time", "process/time", "does not go with vm"),
        ("external", "external", "no program"), ("external:", "external:", "no absolute path"),
        ("external:run.sh", "external:run.sh", "no absolute path"),
    ])
    func badOnesAreNamed(_ text: String, _ subject: String, _ why: String) {
        let error = #expect(throws: BulkheadError.self) { try IsolationList(text, known: ["example/ramdisk"]) }
        #expect(error?.reason == .badOption && error?.subject == "--isolation “\(subject)”")
        #expect(error?.detail.contains(why) == true, "\(error?.detail ?? "")")
        for name in IsolationList.standard + ["example/ramdisk", "process", "external:"] {
            #expect(error?.remedy.contains(name) == true)
        }
    }
}
