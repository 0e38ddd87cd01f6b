import FoundationEssentials
import Libvirt

/// A host of libvirt's `test:` driver with a node file of its own, so that tests do not meet.
///
/// It has one running domain, `running`, and one active network, `default`.
func withTestNode<Value>(_ body: (Connection) async throws -> Value) async throws -> Value {
    try await schemas.value
    let path = FileManager.default.temporaryDirectory.path + "/node-\(UUID().uuidString).xml"
    try nodeXML.write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let connection = try await Connection.open("test://\(path)")
    defer { connection.close() }
    return try await body(connection)
}

/// libxml2 sets up its types with the first schema it reads, and not safely where two are read at once.
private let schemas = Task {
    let connection = try await Connection.open("test:///default")
    let domain = try await connection.defineDomain(xml: domainXML("first"), validate: true)
    try await domain.undefine()
}

func domainXML(_ name: String, uuid: UUID = UUID(), extra: String = "") -> String {
    """
    <domain type='test'>
      <name>\(name)</name>
      <uuid>\(uuid.uuidString.lowercased())</uuid>
      <memory unit='KiB'>262144</memory>
      <currentMemory unit='KiB'>131072</currentMemory>
      <vcpu>2</vcpu>
      <os><type>hvm</type></os>
      \(extra)
    </domain>
    """
}

func networkXML(_ name: String, bridge: String, net: Int) -> String {
    """
    <network>
      <name>\(name)</name>
      <bridge name='\(bridge)'/>
      <ip address='192.168.\(net).1' netmask='255.255.255.0'>
        <dhcp><range start='192.168.\(net).2' end='192.168.\(net).254'/></dhcp>
      </ip>
    </network>
    """
}

let disk = """
    <devices>
      <disk type='file' device='disk'>
        <driver name='qemu' type='qcow2'/><source file='/nowhere/disk.qcow2'/><target dev='vda' bus='virtio'/>
      </disk>
      <interface type='network'>
        <mac address='52:54:00:01:02:03'/><source network='default'/>
      </interface>
    </devices>
    """

private let nodeXML = """
    <node>
      <cpu><mhz>6000</mhz><model>i986</model><active>50</active><nodes>4</nodes><sockets>4</sockets><cores>4</cores>
        <threads>2</threads></cpu>
      <memory>8192000</memory>
      \(domainXML("running", extra: disk))
      \(networkXML("default", bridge: "testbr0", net: 122))
    </node>
    """
