//! The way out of a container: its default gateway, which is the host that runs it.
//!
//! Where a port is published to the host's loopback, Docker's proxy on the host hands connections on, and they arrive
//! from the gateway. Other containers on the network arrive under their own addresses.
//! <https://docs.docker.com/engine/network/packet-filtering-firewalls/>

use std::net::{IpAddr, Ipv4Addr};

/// Where Linux tells its IPv4 routes: proc_net_route(5).
const ROUTE_TABLE_PATH: &str = "/proc/net/route";

/// The flag of a route that leads over a gateway: RTF_GATEWAY of linux/route.h.
const RTF_GATEWAY: u32 = 0x2;

/// The host's own addresses as this container sees them; none where the system does not tell, and none outside of a
/// container or with the host's network, where the gateway is a router and speaks for everybody behind it.
pub(super) fn find_host_addresses() -> Vec<IpAddr> {
    let routes = std::fs::read_to_string(ROUTE_TABLE_PATH).unwrap_or_default();
    parse_default_routes(&routes).filter(|(interface, _)| is_veth(interface)).map(|(_, gateway)| gateway).collect()
}

/// A container's interface is one end of a cable (veth) whose other end is on the host: it names another number than
/// its own. A card names itself, and one that stands on a card (macvlan, ipvlan) says its kind.
fn is_veth(interface: &str) -> bool {
    let about = |what: &str| std::fs::read_to_string(format!("/sys/class/net/{interface}/{what}")).unwrap_or_default();
    let (own, other) = (about("ifindex"), about("iflink"));
    !own.is_empty() && !other.is_empty() && own != other && !about("uevent").contains("DEVTYPE=")
}

/// Default routes over a gateway: interface and gateway. Columns: interface, destination, gateway, flags; numbers in
/// hexadecimal, addresses in the machine's own byte order.
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

    /// A line of the table, in the form that linux/net/ipv4/fib_trie.c prints.
    fn format_route(destination: [u8; 4], gateway: [u8; 4], flags: u32) -> String {
        let [destination, gateway] = [destination, gateway].map(u32::from_ne_bytes);
        format!("eth0\t{destination:08X}\t{gateway:08X}\t{flags:04X}\t0\t0\t0\t00000000\t0\t0\t0")
    }

    #[test]
    fn only_the_gateway_of_a_default_route_is_one() {
        let head = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT";
        let docker = format_route([0; 4], [172, 17, 0, 1], 3);
        let neighbours = format_route([172, 17, 0, 0], [0; 4], 1);
        let elsewhere = format_route([10, 0, 0, 0], [172, 17, 0, 9], 3);
        let without_gateway = format_route([0; 4], [0; 4], 1);
        let routes = [head, &docker, &neighbours, &elsewhere, &without_gateway, "", "eth0 odd"].join("\n");
        let gateways: Vec<_> = parse_default_routes(&routes).collect();
        assert_eq!(gateways, [("eth0", "172.17.0.1".parse::<IpAddr>().unwrap())]);
        assert_eq!(parse_default_routes("").count(), 0);
    }
}
