/// The forms in which the v1 interfaces speak, as `Content-Type` names them.
///
/// Mesos compares a call's `Content-Type` exactly: no parameters, no other spelling.
public enum MediaType: String, Sendable, CaseIterable {
    case json = "application/json"
    case protobuf = "application/x-protobuf"
    /// A stream of records in another form, which `Message-Content-Type` or `Message-Accept` names.
    case recordio = "application/recordio"
}
