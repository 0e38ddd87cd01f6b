import Foundation
import Isolation
import SSH

/// Plants an identity into a guest before it boots, in the form that its image understands.
enum Seed {
    /// For our own guest: a cpio archive that its init reads from the firmware configuration device and unpacks.
    static func firmware(_ identity: GuestIdentity) throws(BulkheadError) -> [UInt8] {
        var archive = CPIOArchive()
        for (path, mode) in [("etc", UInt16(0o755)), ("etc/dropbear", 0o700), ("root", 0o700), ("root/.ssh", 0o700)] {
            try archive.addDirectory(path, mode: mode)
        }
        try archive.addFile("etc/hostname", Array("\(identity.hostname)\n".utf8))
        try archive.addFile("etc/machine-id", mode: 0o444, Array("\(identity.machineID)\n".utf8))
        try archive.addFile("etc/dropbear/dropbear_ed25519_host_key", mode: 0o600, identity.hostKey.dropbear)
        try archive.addFile(
            "root/.ssh/authorized_keys", mode: 0o600, Array("\(identity.clientKey.publicKey.line())\n".utf8))
        return archive.bytes
    }

    /// For stock images: cloud-init's NoCloud disk. Stalls that stock images are known for are switched off.
    static func noCloud(_ identity: GuestIdentity) throws(BulkheadError) -> [UInt8] {
        let indented = identity.hostKey.pem.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
        let user = """
            #cloud-config
            hostname: \(identity.hostname)
            manage_etc_hosts: localhost
            disable_root: false
            ssh_deletekeys: true
            ssh_keys:
              ed25519_private: |
            \(indented)
              ed25519_public: \(identity.hostKey.publicKey.line())
            users:
              - name: root
                ssh_authorized_keys:
                  - \(identity.clientKey.publicKey.line())
            package_update: false
            package_upgrade: false
            no_ssh_fingerprints: true
            ssh: {emit_keys_to_console: false}
            grub_dpkg: {enabled: false}
            bootcmd:
              - - sh
                - -c
                - |
                  old=$(cat /etc/machine-id)
                  [ "$old" = \(identity.machineID) ] || {
                    echo \(identity.machineID) > /etc/machine-id
                    for logs in /var/log/journal /run/log/journal; do
                      [ -z "$old" ] || [ ! -d "$logs/$old" ] || {
                        mv "$logs/$old" "$logs/\(identity.machineID)" && ln -s \(identity.machineID) "$logs/$old"
                      }
                    done
                  }
                  systemctl --no-block stop e2scrub_reap.service apt-daily.timer apt-daily-upgrade.timer || true
            """
        // The name sorts before what images bring, and an interface that were optional would not be waited for.
        let network = """
            version: 2
            ethernets:
              a0:
                match: {name: "e*"}
                dhcp4: true
                dhcp-identifier: mac
            """
        let meta = "instance-id: \(identity.machineID)\nlocal-hostname: \(identity.hostname)\n"
        var image = try ISO9660Image(volume: "cidata")
        for (name, text) in [("meta-data", meta), ("network-config", network), ("user-data", user)] {
            try image.addFile(name, Array(text.utf8))
        }
        return image.bytes
    }
}
