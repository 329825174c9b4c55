/* Ethernet frames: ethers(3), and the protocol numbers of IEEE 802. */
#ifndef _NET_ETHERNET_H
#define _NET_ETHERNET_H

#include <sys/cdefs.h>
#include <sys/types.h>

#define ETHER_ADDR_LEN 6
#define ETHER_TYPE_LEN 2
#define ETHER_CRC_LEN 4
#define ETHER_HDR_LEN (ETHER_ADDR_LEN * 2 + ETHER_TYPE_LEN)
#define ETHER_MIN_LEN 64
#define ETHER_MAX_LEN 1518

#define ETHERTYPE_PUP 0x0200
#define ETHERTYPE_IP 0x0800
#define ETHERTYPE_ARP 0x0806
#define ETHERTYPE_REVARP 0x8035
#define ETHERTYPE_VLAN 0x8100
#define ETHERTYPE_IPV6 0x86dd
#define ETHERTYPE_PAE 0x888e
#define ETHERTYPE_RSN_PREAUTH 0x88c7
#define ETHERTYPE_LOOPBACK 0x9000

struct ether_header {
    u_char ether_dhost[ETHER_ADDR_LEN];
    u_char ether_shost[ETHER_ADDR_LEN];
    u_short ether_type;
};

struct ether_addr {
    u_char octet[ETHER_ADDR_LEN];
};

__BEGIN_DECLS
struct ether_addr *ether_aton(const char *text);
char *ether_ntoa(const struct ether_addr *address);
int ether_hostton(const char *name, struct ether_addr *address);
int ether_ntohost(char *name, const struct ether_addr *address);
int ether_line(const char *line, struct ether_addr *address, char *name);
__END_DECLS

#endif
