//! A service's `networks` and `extra_hosts`, and the top-level `networks`.

use indexmap::IndexMap;

use super::environment::labels;
use super::kinds::judge;
use super::node::{Findings, YamlNode, scalar};
use super::project::{Attachment, Network, Subnet};

/// Reads a service's `networks`: a list of names, or a mapping with aliases and addresses.
pub(super) fn attachments(node: &YamlNode<'_>, findings: &mut Findings) -> IndexMap<String, Attachment> {
    if node.value.is_sequence() {
        return node.texts(findings).into_iter().map(|name| (name, Attachment::default())).collect();
    }
    let mut all = IndexMap::new();
    for (name, node) in node.entries(findings) {
        let mut attachment = Attachment::default();
        if !node.value.is_null() {
            for (key, node) in node.keys(findings) {
                match key.as_str() {
                    "aliases" => attachment.aliases = node.texts(findings),
                    "ipv4_address" => {
                        attachment.ipv4_address = node.read("an IPv4 address", findings, |text| {
                            text.parse::<std::net::Ipv4Addr>().ok().map(|address| address.to_string())
                        });
                    }
                    "ipv6_address" => {
                        attachment.ipv6_address = node.read("an IPv6 address", findings, |text| {
                            text.parse::<std::net::Ipv6Addr>().ok().map(|address| address.to_string())
                        });
                    }
                    "priority" | "gw_priority" | "link_local_ips" | "mac_address" | "driver_opts"
                    | "interface_name" => no_effect(&node, &key, findings),
                    _ => not_supported(&node, &key, "of a service's network", findings),
                }
            }
        }
        all.insert(name, attachment);
    }
    all
}

/// Reads one entry of the top-level `networks`.
pub(super) fn network(node: &YamlNode<'_>, findings: &mut Findings) -> Network {
    let mut network = Network::default();
    if node.value.is_null() {
        return network;
    }
    for (key, node) in node.keys(findings) {
        match key.as_str() {
            "name" => network.name = node.text(findings),
            "external" => network.external = external(&node, &mut network.name, findings),
            "driver" => network.driver = driver(&node, findings),
            "driver_opts" => network.driver_opts = texts_by_name(&node, findings),
            "internal" => network.internal = node.flag(findings).unwrap_or_default(),
            "labels" => network.labels = labels(&node, findings),
            "ipam" => network.subnets = subnets(&node, findings),
            "enable_ipv6" => network.ipv6 = node.flag(findings).unwrap_or_default(),
            "enable_ipv4" if node.flag(findings) == Some(true) => {}
            "enable_ipv4" => findings.problem(
                &node.place,
                "a network without IPv4 is refused: nodes are reached by it",
                "Leave it out",
            ),
            // Its default.
            "attachable" if scalar(node.value).as_deref() == Some("false") => {}
            "attachable" => no_effect(&node, &key, findings),
            _ => not_supported(&node, &key, "of a network", findings),
        }
    }
    network
}

fn driver(node: &YamlNode<'_>, findings: &mut Findings) -> Option<String> {
    let driver = node.text(findings)?;
    if matches!(driver.as_str(), "host" | "none") {
        findings.problem(
            &node.place,
            format!("the network driver `{driver}` is refused: nodes must be reached each by an address of its own"),
            "Use the driver `bridge`",
        );
        return None;
    }
    Some(driver)
}

fn subnets(node: &YamlNode<'_>, findings: &mut Findings) -> Vec<Subnet> {
    let mut subnets = Vec::new();
    for (key, node) in node.keys(findings) {
        match key.as_str() {
            "driver" if scalar(node.value).as_deref() == Some("default") => {}
            "config" => {
                for item in node.items(findings) {
                    subnets.push(pool(&item, findings));
                }
                subnets.retain(|pool| *pool != Subnet::default());
            }
            "options" => no_effect(&node, &key, findings),
            _ => not_supported(&node, &key, "of ipam", findings),
        }
    }
    subnets
}

fn pool(node: &YamlNode<'_>, findings: &mut Findings) -> Subnet {
    let mut pool = Subnet::default();
    for (key, node) in node.keys(findings) {
        let range = "a subnet such as 172.28.0.0/16";
        match key.as_str() {
            "subnet" => pool.subnet = node.read(range, findings, subnet),
            "ip_range" => pool.ip_range = node.read(range, findings, subnet),
            "gateway" => {
                pool.gateway = node.read("an IP address", findings, |text| {
                    text.parse::<std::net::IpAddr>().ok().map(|address| address.to_string())
                });
            }
            "aux_addresses" => no_effect(&node, &key, findings),
            _ => not_supported(&node, &key, "of ipam.config", findings),
        }
    }
    pool
}

fn subnet(text: &str) -> Option<String> {
    let (address, bits) = text.split_once('/')?;
    let widest = if address.parse::<std::net::IpAddr>().ok()?.is_ipv4() { 32 } else { 128 };
    (bits.parse::<u8>().ok()? <= widest).then(|| text.to_owned())
}

/// Reads `extra_hosts` in its forms (`name:address`, `name=address`, a mapping) as `name:address`.
pub(super) fn extra_hosts(node: &YamlNode<'_>, findings: &mut Findings) -> Vec<String> {
    let mut hosts = Vec::new();
    let mut add = |node: &YamlNode<'_>, name: &str, address: &str, findings: &mut Findings| {
        let address = address.trim_start_matches('[').trim_end_matches(']');
        let known = address == "host-gateway" || address.parse::<std::net::IpAddr>().is_ok();
        if name.is_empty() || !known {
            let message = format!("`{name}` and `{address}` are not a host name and an address");
            findings.problem(&node.place, message, "Write name=address, such as mail.test=10.0.0.7");
            return;
        }
        let line = format!("{name}:{address}");
        if !hosts.contains(&line) {
            hosts.push(line);
        }
    };
    if node.value.is_sequence() {
        for item in node.items(findings) {
            let Some(text) = item.text(findings) else { continue };
            let (name, address) =
                text.split_once('=').or_else(|| text.split_once(':')).unwrap_or((&text, ""));
            add(&item, name.trim(), address.trim(), findings);
        }
    } else {
        for (name, node) in node.entries(findings) {
            for address in node.text_or_texts(findings) {
                add(&node, &name, &address, findings);
            }
        }
    }
    hosts
}

/// `external: true`, or the old `external: {name: …}`, which also gives the real name.
pub(super) fn external(node: &YamlNode<'_>, name: &mut Option<String>, findings: &mut Findings) -> bool {
    if !node.value.is_mapping() {
        return node.flag(findings).unwrap_or_default();
    }
    for (key, node) in node.keys(findings) {
        match key.as_str() {
            "name" => *name = node.text(findings),
            _ => not_supported(&node, &key, "of `external`", findings),
        }
    }
    true
}

/// A mapping of scalars as texts; a name without a value has the empty one.
pub(super) fn texts_by_name(node: &YamlNode<'_>, findings: &mut Findings) -> IndexMap<String, String> {
    let mut texts = IndexMap::new();
    for (name, node) in node.entries(findings) {
        let text = if node.value.is_null() { Some(String::new()) } else { node.text(findings) };
        texts.extend(text.map(|text| (name, text)));
    }
    texts
}

fn no_effect(node: &YamlNode<'_>, key: &str, findings: &mut Findings) {
    judge(node, key, findings);
    findings.warn(&node.place, format!("`{key}` has no effect here"));
}

fn not_supported(node: &YamlNode<'_>, key: &str, of: &str, findings: &mut Findings) {
    findings.problem(&node.place, format!("the key `{key}` {of} is not supported"), "Leave it out");
}

#[cfg(test)]
mod tests {
    use super::super::node::reading;
    use super::*;

    #[test]
    fn attachments_in_both_forms() {
        let (read, _) = reading("[a, b]", attachments);
        assert_eq!(read.keys().collect::<Vec<_>>(), ["a", "b"]);
        let (read, told) = reading("{a: , b: {aliases: [x, y], ipv4_address: 10.0.0.2}}", attachments);
        assert_eq!(read["a"], Attachment::default());
        assert_eq!(read["b"].aliases, ["x", "y"]);
        assert_eq!(read["b"].ipv4_address.as_deref(), Some("10.0.0.2"));
        assert!(told.is_empty());
        let (read, told) = reading(
            "{a: {priority: 1, mac_address: x, ipv6_address: 'fd00::1', ipv4_address: x, colour: red}}",
            |node, findings| (attachments(node, findings), findings.warnings.len()),
        );
        assert_eq!((read.0["a"].ipv6_address.as_deref(), read.1), (Some("fd00::1"), 2));
        assert_eq!(
            told,
            [
                "a.ipv4_address: `x` is not an IPv4 address",
                "a.colour: the key `colour` of a service's network is not supported"
            ]
        );
    }

    #[test]
    fn top_level_networks() {
        let (read, told) = reading(
            "{name: n, driver: bridge, driver_opts: {mtu: 1400}, internal: true, labels: {a: b}, attachable: false, enable_ipv6: true, ipam: {driver: default, config: [{subnet: 10.1.0.0/16, gateway: 10.1.0.1, ip_range: 10.1.2.0/24, aux_addresses: {a: 10.1.0.2}}]}}",
            network,
        );
        assert!(told.is_empty(), "{told:?}");
        assert_eq!(
            (read.name.as_deref(), read.driver.as_deref(), read.internal),
            (Some("n"), Some("bridge"), true)
        );
        let pool = Subnet {
            subnet: Some("10.1.0.0/16".into()),
            gateway: Some("10.1.0.1".into()),
            ip_range: Some("10.1.2.0/24".into()),
        };
        assert_eq!((read.driver_opts["mtu"].as_str(), read.subnets, read.ipv6), ("1400", vec![pool], true));
        let (read, _) = reading("{external: {name: old}}", network);
        assert!(read.external && read.name.as_deref() == Some("old"));
        let (_, told) = reading(
            "{driver: host, ipam: {config: [{subnet: 10.1.0.0/64, gateway: x}]}, enable_ipv4: false}",
            network,
        );
        assert_eq!(told.len(), 4, "{told:?}");
    }

    #[test]
    fn hosts_in_all_forms() {
        assert_eq!(
            reading("['a:1.2.3.4', b=::1, 'c:[::1]', d=host-gateway]", extra_hosts).0,
            ["a:1.2.3.4", "b:::1", "c:::1", "d:host-gateway"]
        );
        assert_eq!(
            reading("{a: 1.2.3.4, b: [1.1.1.1, 2.2.2.2]}", extra_hosts).0,
            ["a:1.2.3.4", "b:1.1.1.1", "b:2.2.2.2"]
        );
        assert_eq!(reading("[a]", extra_hosts).1.len(), 1);
    }
}
