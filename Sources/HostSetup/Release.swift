/// What all programs of one release share.
public enum Release {
    public static let version = "0.1.0"
}
