public import Mesos

/// How the agent behaves towards its master. Mesos' flags of the same names, and their defaults.
public struct MasterOptions: Sendable {
    /// The first registration is tried within this time, each further one within twice as much as the one before.
    public var registrationBackoff = Duration.seconds(1)
    public var longestRegistrationBackoff = Duration.seconds(60)
    /// How often a master that cannot be reached is looked for; registration is tried at once when it is back.
    public var returnPause = Duration.seconds(1)
    public var authenticationBackoff = Duration.seconds(1)
    public var longestAuthenticationTimeout = Duration.seconds(60)
    /// Before a master is looked for again, where what names it is broken.
    public var detectionPause = Duration.seconds(10)
    /// How long no ping may come, unless the master names another time.
    public var pingTimeout = Duration.seconds(75)
    /// Who we are to the master; nil where it does not ask.
    public var credential: MesosCredential?
    /// Where the master reaches us: the id is `slave(1)`.
    public var advertised: (host: String, port: Int)?
    /// A message must come from the address that its sender claims.
    public var needsPeerAddress = true
    /// What may have changed since the last registration.
    public var reconfiguration = Reconfiguration.equal

    public init() {}
}
