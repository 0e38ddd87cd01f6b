import CLibvirt
import Testing

@testable import Libvirt

@Suite struct TypedParametersTests {
    private let all: TypedParameters = [
        "int": .int(-1), "unsigned": .unsignedInt(.max), "long": .long(.min), "unsigned_long": .unsignedLong(.max),
        "double": .double(0.5), "boolean": .boolean(true), "string": .string("ä"),
    ]

    init() throws {
        try Library.ensureSetUp()
    }

    @Test func everyTypeGoesToCAndBack() throws {
        let copy = try all.withC { parameters, count in TypedParameters(copying: parameters, count: count) }
        #expect(copy == all)
    }

    @Test func noneIsFineToo() throws {
        let copy = try TypedParameters().withC { parameters, count in
            TypedParameters(copying: parameters, count: count)
        }
        #expect(copy == TypedParameters())
    }

    @Test func aFieldThatCannotBeIsAnError() {
        let long: TypedParameters = [String(repeating: "x", count: 80): .int(1)]
        #expect(throws: LibvirtError.self) { try long.withC { _, _ in } }
        let cut: TypedParameters = ["a\0b": .int(1)]
        #expect(throws: LibvirtError.self) { try cut.withC { _, _ in } }
    }

    @Test func numbersConvertWhereTheyFit() {
        #expect(TypedParameter.int(-1).unsigned == nil)
        #expect(TypedParameter.int(-1).signed == -1)
        #expect(TypedParameter.unsignedLong(.max).signed == nil)
        #expect(TypedParameter.unsignedInt(3).unsigned == 3)
        #expect(TypedParameter.double(1).unsigned == nil)
        #expect(TypedParameter.string("a").string == "a")
        #expect(TypedParameter.boolean(true).boolean == true)
    }
}
