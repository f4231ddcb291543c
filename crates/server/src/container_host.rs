//! Finds the host that runs this container, which is the container's default gateway.
//!
//! Connections to a port that is published on the host's loopback pass through Docker's proxy on the host, so they come
//! from the gateway. Connections of other containers come from their own addresses.
//! <https://docs.docker.com/engine/network/packet-filtering-firewalls/>

use std::net::{IpAddr, Ipv4Addr};

/// IPv4 routing table of Linux: proc_net_route(5).
const ROUTE_TABLE_PATH: &str = "/proc/net/route";

/// Flag of a route through a gateway: `RTF_GATEWAY` in linux/route.h.
const RTF_GATEWAY: u32 = 0x2;

/// Returns the addresses of this container's host as the container sees them. Empty outside a container and in a
/// container that uses the host's network, because their gateway is a router that forwards for many machines. Empty as
/// well if the routing table cannot be read.
pub(super) fn find_host_addresses() -> Vec<IpAddr> {
    let routes = std::fs::read_to_string(ROUTE_TABLE_PATH).unwrap_or_default();
    parse_default_routes(&routes).filter(|(interface, _)| is_veth(interface)).map(|(_, gateway)| gateway).collect()
}

/// Returns whether an interface is a veth: its `iflink` (the peer on the host) differs from its `ifindex`. They are
/// equal for a physical interface; macvlan and ipvlan set `DEVTYPE`.
fn is_veth(interface: &str) -> bool {
    let read = |file: &str| std::fs::read_to_string(format!("/sys/class/net/{interface}/{file}")).unwrap_or_default();
    let (own_index, peer_index) = (read("ifindex"), read("iflink"));
    !own_index.is_empty() && !peer_index.is_empty() && own_index != peer_index && !read("uevent").contains("DEVTYPE=")
}

/// Parses the interface and gateway of each default route. The columns are interface, destination, gateway and flags.
/// Numbers are hexadecimal; addresses are in the byte order of the machine.
fn parse_default_routes(routes: &str) -> impl Iterator<Item = (&str, IpAddr)> {
    routes.lines().filter_map(|line| {
        let (interface, rest) = line.split_once('\t')?;
        let mut columns = rest.split_whitespace().map(|column| u32::from_str_radix(column, 16).ok());
        let (destination, gateway, flags) = (columns.next()??, columns.next()??, columns.next()??);
        let is_default = destination == 0 && flags & RTF_GATEWAY != 0;
        is_default.then(|| (interface, Ipv4Addr::from(gateway.to_ne_bytes()).into()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Formats a line of the table as linux/net/ipv4/fib_trie.c does.
    fn format_route(destination: [u8; 4], gateway: [u8; 4], flags: u32) -> String {
        let [destination, gateway] = [destination, gateway].map(u32::from_ne_bytes);
        format!("eth0\t{destination:08X}\t{gateway:08X}\t{flags:04X}\t0\t0\t0\t00000000\t0\t0\t0")
    }

    #[test]
    fn only_the_gateway_of_a_default_route_is_one() {
        let head = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT";
        let docker = format_route([0; 4], [172, 17, 0, 1], 3);
        let neighbors = format_route([172, 17, 0, 0], [0; 4], 1);
        let elsewhere = format_route([10, 0, 0, 0], [172, 17, 0, 9], 3);
        let without_gateway = format_route([0; 4], [0; 4], 1);
        let routes = [head, &docker, &neighbors, &elsewhere, &without_gateway, "", "eth0 odd"].join("\n");
        let gateways: Vec<_> = parse_default_routes(&routes).collect();
        assert_eq!(gateways, [("eth0", "172.17.0.1".parse::<IpAddr>().unwrap())]);
        assert_eq!(parse_default_routes("").count(), 0);
    }
}
