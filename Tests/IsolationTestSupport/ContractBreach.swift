/// A real or fake thing does not do what its protocol promises.
public struct ContractBreach: Error, CustomStringConvertible {
    public let description: String
}

func demand(_ condition: Bool, _ promise: String) throws(ContractBreach) {
    guard condition else { throw ContractBreach(description: promise) }
}
