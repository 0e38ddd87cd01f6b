internal import CLibvirt

extension TypedParameters {
    /// Copies the parameters; the caller frees them.
    init(copying parameters: UnsafeMutablePointer<virTypedParameter>?, count: Int32) {
        self.init()
        unsafe UnsafeBufferPointer(start: parameters, count: Int(count)).forEach { parameter in
            self[unsafe stringFromTuple(parameter.field)] = unsafe TypedParameter(parameter)
        }
    }

    /// Reads parameters of which libvirt first tells the number, then the values.
    static func read(
        _ call: String,
        _ body: (UnsafeMutablePointer<virTypedParameter>?, UnsafeMutablePointer<Int32>) -> Int32
    ) throws(LibvirtError) -> TypedParameters {
        var count: Int32 = 0
        try check(call, unsafe body(nil, &count))
        return try unsafe read(call, capacity: count, body)
    }

    /// Reads at most so many parameters.
    static func read(
        _ call: String,
        capacity: Int32,
        _ body: (UnsafeMutablePointer<virTypedParameter>?, UnsafeMutablePointer<Int32>) -> Int32
    ) throws(LibvirtError) -> TypedParameters {
        guard capacity > 0 else { return TypedParameters() }
        let parameters = UnsafeMutablePointer<virTypedParameter>.allocate(capacity: Int(capacity))
        unsafe parameters.initialize(repeating: virTypedParameter(), count: Int(capacity))
        defer { unsafe parameters.deallocate() }
        var count = capacity
        try check(call, unsafe body(parameters, &count))
        defer { unsafe virTypedParamsClear(parameters, count) }
        return unsafe TypedParameters(copying: parameters, count: count)
    }

    /// Lends the parameters to a call.
    func withC<Result>(
        _ body: (UnsafeMutablePointer<virTypedParameter>?, Int32) throws(LibvirtError) -> Result
    ) throws(LibvirtError) -> Result {
        var parameters: UnsafeMutablePointer<virTypedParameter>?
        var count: Int32 = 0
        var capacity: Int32 = 0
        defer { unsafe virTypedParamsFree(parameters, count) }
        for (field, value) in values.sorted(by: { $0.key < $1.key }) {
            try checkArgument("virTypedParamsAdd", field, value.string)
            let status = unsafe value.add(as: field, to: &parameters, &count, &capacity)
            try check("virTypedParamsAdd", status)
        }
        return try unsafe body(parameters, count)
    }
}

extension TypedParameter {
    /// Nil for a type that this version does not know.
    fileprivate init?(_ parameter: virTypedParameter) {
        let type = unsafe UInt32(bitPattern: parameter.type)
        switch virTypedParameterType(rawValue: type) {
        case VIR_TYPED_PARAM_INT: self = unsafe .int(parameter.value.i)
        case VIR_TYPED_PARAM_UINT: self = unsafe .unsignedInt(parameter.value.ui)
        case VIR_TYPED_PARAM_LLONG: self = unsafe .long(parameter.value.l)
        case VIR_TYPED_PARAM_ULLONG: self = unsafe .unsignedLong(parameter.value.ul)
        case VIR_TYPED_PARAM_DOUBLE: self = unsafe .double(parameter.value.d)
        case VIR_TYPED_PARAM_BOOLEAN: self = unsafe .boolean(parameter.value.b != 0)
        case VIR_TYPED_PARAM_STRING:
            guard let string = unsafe parameter.value.s else { return nil }
            self = unsafe .string(String(cString: string))
        default: return nil
        }
    }

    fileprivate func add(
        as field: String,
        to list: UnsafeMutablePointer<UnsafeMutablePointer<virTypedParameter>?>,
        _ count: UnsafeMutablePointer<Int32>,
        _ capacity: UnsafeMutablePointer<Int32>
    ) -> Int32 {
        switch self {
        case .int(let value): unsafe virTypedParamsAddInt(list, count, capacity, field, value)
        case .unsignedInt(let value): unsafe virTypedParamsAddUInt(list, count, capacity, field, value)
        case .long(let value): unsafe virTypedParamsAddLLong(list, count, capacity, field, value)
        case .unsignedLong(let value): unsafe virTypedParamsAddULLong(list, count, capacity, field, value)
        case .double(let value): unsafe virTypedParamsAddDouble(list, count, capacity, field, value)
        case .boolean(let value): unsafe virTypedParamsAddBoolean(list, count, capacity, field, value ? 1 : 0)
        case .string(let value): unsafe virTypedParamsAddString(list, count, capacity, field, value)
        }
    }
}
