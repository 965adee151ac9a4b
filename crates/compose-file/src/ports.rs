//! `ports` and `expose`.

use indexmap::IndexSet;

use super::bounds::PORTS;
use super::node::{Findings, YamlNode, scalar};
use super::project::Port;

/// What a range of host ports for one port comes to.
const ANY: &str = "the engine chooses any free port of the host, not one of this range";

/// Reads `ports`; ranges are expanded and repetitions dropped.
pub(super) fn ports(node: &YamlNode<'_>, findings: &mut Findings) -> Vec<Port> {
    let mut ports: IndexSet<Port> = IndexSet::new();
    for item in node.items(findings) {
        let read = if item.value.is_mapping() {
            long(&item, findings).into_iter().collect()
        } else {
            short(&item, findings)
        };
        ports.extend(read);
        if ports.len() > PORTS {
            findings.problem(&item.place, too_many(), "Publish fewer ports");
            return Vec::new();
        }
    }
    ports.into_iter().collect()
}

/// What is wrong with more ports than are allowed.
pub(super) fn too_many() -> String {
    format!("more than {PORTS} ports are published")
}

/// Reads `expose`: ports or ranges with an optional protocol, kept as written.
pub(super) fn expose(node: &YamlNode<'_>, findings: &mut Findings) -> Vec<String> {
    let mut exposed: Vec<String> = Vec::new();
    for item in node.items(findings) {
        let expected = "a port such as 8065, 8065/udp or 8065-8070";
        let port = item.read(expected, findings, |text| {
            let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
            (range(ports).is_some() && is_protocol(protocol)).then(|| text.to_owned())
        });
        exposed.extend(port.filter(|port| !exposed.contains(port)));
    }
    exposed
}

/// `[[address:]published:]target[/protocol]`, where both ports may be ranges.
fn short(node: &YamlNode<'_>, findings: &mut Findings) -> Vec<Port> {
    let Some(text) = node.text(findings) else { return Vec::new() };
    match short_ports(text.trim()) {
        Ok((ports, any)) => {
            if any {
                findings.warn(&node.place, ANY);
            }
            ports
        }
        Err(message) => {
            let remedy = "Write [address:][published:]target[/protocol], such as 127.0.0.1:8065:8065/tcp";
            findings.problem(&node.place, format!("`{text}` {message}"), remedy);
            Vec::new()
        }
    }
}

/// The ports, and whether the engine chooses one that the file gives a range for.
fn short_ports(text: &str) -> Result<(Vec<Port>, bool), &'static str> {
    let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let protocol = protocol.to_lowercase();
    if !is_protocol(&protocol) {
        return Err("has a protocol other than tcp, udp and sctp");
    }
    let (rest, target) = ports.rsplit_once(':').map_or((None, ports), |(rest, target)| (Some(rest), target));
    let targets = range(target).ok_or("has no port from 1 to 65535 as its target")?;
    let (host_ip, published) = match rest {
        None => (None, ""),
        // An IPv6 address brings colons of its own, in brackets or bare.
        Some(rest) => match rest.rsplit_once(':') {
            Some((address, published)) => (Some(address), published),
            None => (None, rest),
        },
    };
    let host_ip = match host_ip.map(|address| address.trim_start_matches('[').trim_end_matches(']')) {
        // compose takes an empty one for none: `:443:443`, as `${ADDRESS:-}:443:443` leaves it.
        Some("") => None,
        Some(address) if address.parse::<std::net::IpAddr>().is_err() => {
            return Err("has something that is not an IP address before the published port");
        }
        address => address.map(str::to_owned),
    };
    let targets: Vec<u16> = targets.collect();
    let published: Vec<Option<u16>> = match published {
        // 0 asks for any port, as does leaving it out.
        "" | "0" => vec![None; targets.len()],
        text => range(text).ok_or("has no port from 1 to 65535 as its published port")?.map(Some).collect(),
    };
    let any = targets.len() == 1 && published.len() > 1;
    let published = if any { vec![None] } else { published };
    if published.len() != targets.len() {
        return Err("has ranges of different length");
    }
    let pairs = published.into_iter().zip(targets);
    let port = |(published, target)| Port {
        target,
        published,
        host_ip: host_ip.clone(),
        protocol: protocol.clone(),
    };
    Ok((pairs.map(port).collect(), any))
}

fn long(node: &YamlNode<'_>, findings: &mut Findings) -> Option<Port> {
    let expected = "a port from 1 to 65535";
    let mut has_target = false;
    let (mut target, mut port) =
        (None, Port { target: 0, published: None, host_ip: None, protocol: "tcp".to_owned() });
    for (key, node) in node.keys(findings) {
        match key.as_str() {
            "target" => {
                has_target = true;
                target = node.read(expected, findings, one);
            }
            // "0" asks for any port, as does leaving it out.
            "published" if scalar(node.value).is_some_and(|text| text.is_empty() || text == "0") => {}
            "published"
                if scalar(node.value).is_some_and(|text| text.contains('-') && range(&text).is_some()) =>
            {
                findings.warn(&node.place, ANY);
            }
            "published" => port.published = node.read("one port from 1 to 65535", findings, one),
            "host_ip" => {
                port.host_ip = node.read("an IP address", findings, |text| {
                    text.parse::<std::net::IpAddr>().ok().map(|_| text.to_owned())
                });
            }
            "protocol" => {
                let read = node.read("tcp, udp or sctp", findings, |text| {
                    let text = text.to_lowercase();
                    is_protocol(&text).then_some(text)
                });
                port.protocol = read.unwrap_or_default();
            }
            // A note, and swarm's routing, which a single engine does not have.
            "name" | "app_protocol" => {}
            "mode" => {
                node.read("host or ingress", findings, |text| {
                    matches!(text, "host" | "ingress").then_some(())
                });
            }
            _ => findings.problem(&node.place, format!("a port has no key `{key}`"), "Leave it out"),
        }
    }
    if !has_target {
        findings.problem(&node.place, "the port has no target", "Add `target:`, the port in the container");
    }
    Some(Port { target: target?, ..port })
}

fn one(text: &str) -> Option<u16> {
    text.parse().ok().filter(|port| *port > 0)
}

fn range(text: &str) -> Option<std::ops::RangeInclusive<u16>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (one(first)?, one(last)?);
    (first <= last).then_some(first..=last)
}

fn is_protocol(text: &str) -> bool {
    matches!(text, "tcp" | "udp" | "sctp")
}

#[cfg(test)]
mod tests {
    use super::super::node::reading;
    use super::*;

    fn shown(yaml: &str) -> String {
        let (ports, told) = reading(yaml, ports);
        let show = |port: &Port| {
            let published = port.published.map_or("any".to_owned(), |port| port.to_string());
            format!(
                "{}|{published}>{}/{}",
                port.host_ip.as_deref().unwrap_or("*"),
                port.target,
                port.protocol
            )
        };
        ports.iter().map(show).chain(told).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn short_forms() {
        assert_eq!(shown("[8065]"), "*|any>8065/tcp");
        assert_eq!(shown("['80:8065']"), "*|80>8065/tcp");
        assert_eq!(shown("['8443:8443/udp']"), "*|8443>8443/udp");
        assert_eq!(shown("['127.0.0.1:80:8065']"), "127.0.0.1|80>8065/tcp");
        assert_eq!(shown("['127.0.0.1::8065']"), "127.0.0.1|any>8065/tcp");
        assert_eq!(shown("['[::1]:80:8065']"), "::1|80>8065/tcp");
        assert_eq!(shown("['::1:80:8065']"), "::1|80>8065/tcp");
        assert_eq!(shown("['90-91:80-81']"), "*|90>80/tcp\n*|91>81/tcp");
        assert_eq!(shown("[':443:443', '::80', '0:81']"), "*|443>443/tcp\n*|any>80/tcp\n*|any>81/tcp");
        assert_eq!(shown("['80-81']"), "*|any>80/tcp\n*|any>81/tcp");
    }

    #[test]
    fn long_form_and_repetition() {
        assert_eq!(
            shown(
                "[{target: 80, published: '8080', host_ip: 127.0.0.1, protocol: udp, mode: host, name: web}]"
            ),
            "127.0.0.1|8080>80/udp"
        );
        assert_eq!(shown("['8080:80', {target: 80, published: 8080}]"), "*|8080>80/tcp");
        assert_eq!(shown("[{target: 80, published: 0}]"), "*|any>80/tcp");
    }

    #[test]
    fn wrong_ports_are_told() {
        insta::assert_snapshot!(shown("['x:80', '0', '80:90000', '80/icmp', 'host:80:80', '80-90:80-81', '9-8']"), @r"
        [0]: `x:80` has no port from 1 to 65535 as its published port
        [1]: `0` has no port from 1 to 65535 as its target
        [2]: `80:90000` has no port from 1 to 65535 as its target
        [3]: `80/icmp` has a protocol other than tcp, udp and sctp
        [4]: `host:80:80` has something that is not an IP address before the published port
        [5]: `80-90:80-81` has ranges of different length
        [6]: `9-8` has no port from 1 to 65535 as its target
        ");
        insta::assert_snapshot!(shown("[{published: 80}, {target: x}, {target: 1, published: 90-80, colour: red}]"), @r"
        *|any>1/tcp
        [0]: the port has no target
        [1].target: `x` is not a port from 1 to 65535
        [2].published: `90-80` is not one port from 1 to 65535
        [2].colour: a port has no key `colour`
        ");
    }

    #[test]
    fn one_of_a_range_is_left_to_the_engine() {
        for yaml in ["['80-90:80']", "[{target: 80, published: 80-90}]"] {
            let (warned, told) = reading(yaml, |node, findings| {
                assert_eq!(ports(node, findings)[0].published, None);
                findings.warnings.len()
            });
            assert_eq!((warned, told), (1, vec![]), "{yaml}");
        }
    }

    #[test]
    fn ports_are_counted() {
        assert_eq!(reading("['40000-56383:40000-56383/udp']", ports).0.len(), 16384);
        assert_eq!(shown("['1-65535:1-65535']"), "[0]: more than 20000 ports are published");
    }

    #[test]
    fn exposed_ports_stay_as_written() {
        let (exposed, told) = reading("[8065, '9000/udp', '1-3', x]", expose);
        assert_eq!(exposed, ["8065", "9000/udp", "1-3"]);
        assert_eq!(told.len(), 1);
    }
}
