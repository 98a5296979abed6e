# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Files of /proc/net that this kernel does not have, as the kernels that do print them; for both programs to read."""
FILES = {
    "sctp/eps": """ ENDPT     SOCK   STY SST HBKT LPORT   UID INODE LADDRS
ffff8880 ffff8881 2   10  29   9999   1000 12345 10.99.0.1 10.99.0.2
ffff8882 ffff8883 2   10  30   9998      0 12346 0.0.0.0
ffff8884 ffff8885 1   1   31   22    65534 12347 fd99:0000:0000:0000:0000:0000:0000:0001
""",
    "sctp6/eps": """ ENDPT     SOCK   STY SST HBKT LPORT   UID INODE LADDRS
ffff8880 ffff8881 2   10  29   9997      0 12348 10.99.0.3
""",
    "sctp/assocs": """ ASSOC     SOCK   STY SST ST HBKT ASSOC-ID TX_QUEUE RX_QUEUE UID INODE LPORT RPORT LADDRS <-> RADDRS HBINT INS OUTS MAXRT T1X T2X RTXC wmema wmemq sndbuf rcvbuf
ffff8880 ffff8881 2   1   3  32754    3        0       16       0 23456 36000  9999  *10.99.0.1 10.99.1.1 <-> *10.99.0.2 10.99.0.3 10.99.0.4 \t    7500    10    10   10    0    0        0        1        0   212992   212992
ffff8882 ffff8883 0   10  2  0    4        5       6       1000 23457 9999  36001  *10.99.0.1 <-> *10.99.0.5 \t    7500    10    10   10    0    0        0        1        0   212992   212992
""",
    "sctp/snmp": """SctpCurrEstab                   \t2
SctpActiveEstabs                \t5
SctpPassiveEstabs               \t7
SctpAborteds                    \t0
SctpShutdowns                   \t4
SctpOutOfBlues                  \t18446744073709551615
SctpChecksumErrors              \t0
SctpOutCtrlChunks               \t120
SctpOutOrderChunks              \t33
SctpOutUnorderChunks            \t0
SctpInCtrlChunks                \t121
SctpInOrderChunks               \t34
SctpInUnorderChunks             \t0
SctpFragUsrMsgs                 \t0
SctpReasmUsrMsgs                \t1
SctpOutSCTPPacks                \t200
SctpInSCTPPacks                 \t201
SctpT1InitExpireds              \t3
SctpInPktDiscards               \t0
""",
    "rt_cache": """Iface\tDestination\tGateway \tFlags\t\tRefCnt\tUse\tMetric\tSource\t\tMTU\tWindow\tIRTT\tTOS\tHHRef\tHHUptod\tSpecDst
d0\t0200630A\t0200630A\t00000001\t1\t2\t3\t0100630A\t1500\t4\t5\t00\t6\t1\t0100630A
lo\t0100007F\t0100007F\t80000001\t0\t0\t0\t0100007F\t0\t0\t0\t10\t-1\t0\t0100007F
""",
    "ip_masquerade": """Prc FromIP   FPrt ToIP     TPrt Masq Init-seq  Delta PDelta Expires (free=4091,4096,4096)
TCP 0A630001:0401 0A630002:0050 EF29 12345678     -5      3    8640000
UDP 0A630001:0402 0A630003:0035 EF2A 00000000      0      0      29900
ICMP 0A630001:0403 0A630004:0008 EF2B 00000000      0      0       100
""",
    "ax25": """00000000e1 ax0 N0CALL-1 M0ABC-2 3 2 1 0 0 10 0 3 0 5 0 300 0 10 5 2 256 10 20 4711
00000000e2 ax1 N0CALL-1 M0ABC-2,RELAY* 1 7 6 0 3 10 0 3 0 5 0 300 0 10 5 2 256 0 0 4712
00000000e3 ax0 N0CALL-3 * 0 0 0 0 0 10 0 3 0 5 0 300 0 10 5 2 256 * * *
""",
    "ax25_route": """callsign  dev  mode digipeaters
default   ax0  *
M0ABC-2   ax1  d RELAY
""",
    "nr": """user_addr dest_node src_node  dev    my  your  st  vs  vr  va    t1     t2     t4      idle   n2  wnd Snd-Q Rcv-Q inode
N0CALL-1  M0ABC-2   N0CALL-7  nr0  01/02 03/04  3   1   2   0   0/120  0/05   0/180   0/900  0/03   4    17    18 8151
N0CALL-1  *         N0CALL-7  nr0  00/00 00/00  0   0   0   0   0/120  0/05   0/180   0/900  0/03   4     0     0 8152
""",
    "nr_nodes": """callsign  mnemonic w n qual obs neigh qual obs neigh qual obs neigh
N0ABC-1   MNEMON   1 1  255   5 00001
N0ABC-2   OTHER    1 2  100   6 00002   90   5 00001
N0ABC-3            2 2  100   6 00002   90   5 00001
""",
    "nr_neigh": """addr  callsign  dev  qual lock count failed digipeaters
00001 N0QST-3   ax0   255    0     1      0
00002 N0QST-4   ax1   192    1     2      0 RELAY
""",
    "rose": """dest_addr  dest_call src_addr   src_call  dev   lci neigh st vs vr va   t  t1  t2  t3  hb    idle Snd-Q Rcv-Q inode
5050123456 M0ABC-2   5050654321 N0CALL-1  rose0 001 00001 3  1  2  0   0 200 100 180  10   0/000    11    12 9001
*          *         5050654321 N0CALL-1  rose0 000 00000 0  0  0  0   0 200 100 180   0   0/000     0     0 9002
""",
    "rose_nodes": """address    mask n neigh neigh neigh
5050       0004 1 00001
5050123456 0010 2 00001 00002
*          0000 1 00002
""",
    "rose_neigh": """addr  callsign  dev  count use mode restart  t0  tf digipeaters
00001 N0QST-3   ax0     1   1  DTE      yes   0   0
00002 N0QST-4   ax1     1   1  DCE       no   0   0
""",
    "x25": """dest_addr  src_addr   dev   lci st vs vr va   t  t2 t21 t22 t23 Snd-Q Rcv-Q inode
1234567    7654321    x25t0 001  3  1  2  0   0   3 200 180 180     5     6 7001
*          7654321    ???   000  0  0  0  0   0   3 200 180 180     0     0 7002
""",
    "x25_routes": """Address          Digits  Device
1234567          7       x25t0
*                0       x25t1
""",
    "ipx/socket": """Local_Address               Remote_Address              Tx_Queue  Rx_Queue  State  Uid
00000001:4002  00000002:000000000001:4003  00000010  00000020  01     000
00000001:4004  Not_Connected               00000000  00000000  07     12345
""",
    "ipx/route": """Network    Router_Net   Router_Node
00000001   Directly     Connected
00000002   00000001     0000AABBCCDD
""",
    "atalk_route": """Target        Router  Flags Dev
0010:20     0011:21  1     d0
0000:00     0010:21  3     d0
""",
    "snmp": """Ip: Forwarding DefaultTTL InReceives InHdrErrors Future
Ip: 1 64 18446744073709551615 -1 99999999999999999999
Icmp: InMsgs InErrors InDestUnreachs OutMsgs OutTimestampReps
Icmp: 5 0 1 6 2
IcmpMsg: InType3 InType8 OutType0 OutType11
IcmpMsg: 1 4 4 0

Tcp: RtoAlgorithm RtoMin MaxConn ActiveOpens CurrEstab Unknown
Tcp: 1 200 -1 7 3 4
Udp: InDatagrams NoPorts MemErrors IgnoredMulti
Udp: 1 2
Novel: One Two
Novel: 0 1 2
""",
    "netstat": """TcpExt: SyncookiesSent TW TCPTimeouts TCPHPHits TCPLostRetransmit
TcpExt: 1 2 3 0 5
IpExt: InNoRoutes InOctets
IpExt: 0 0
""",
    "snmp6": """Ip6InReceives                   \t66
Ip6InHdrErrors                  \t1
Ip6InOctets                     \t5555
Icmp6InMsgs                     \t4
Icmp6InType135                  \t2
Icmp6OutType143                 \t3
Icmp6OutMLDv2Reports            \t3
Udp6InDatagrams                 \t7
Udp6RcvbufErrors                \t1
UdpLite6InErrors                \t1
Novel6Counter                   \t9
""",
}

LINES = """|-a|-an|-l|-v|-av|-e|-aee|-ae|-aen|-S|-Sa|-Sl|-San|-Sae|-Saeo|-SaeoW|-S4|-S6|-Sa6|-tS|-Sv|-Sap|-SaepoW|-Sa --numeric-ports
-M|-Mn|-Me|-Men|-M --numeric-hosts|-M --numeric-ports
-A ax25|-A ax25 -a|-A ax25 -l|-A ax25 -e|-A x25|-A x25 -a|-A x25 -l|-A netrom|-A netrom -a|-A netrom -l|-A rose|-A rose -a|-A rose -l
-A ipx|-A ipx -a|-A ipx -l|-A ipx -e|-A ipx -ae|-A ipx -aen|-A ipx -n|--ax25 --x25 --rose --netrom --ipx -a|--ax25 -t|--ipx -x|-A ipx,ax25 -an
-r -A ax25|-r -A x25|-r -A netrom|-r -A rose|-r -A ipx|-r -A ddp|-rn -A ax25,netrom,rose,ipx,x25,ddp|-re -A ipx|-r --ddp|-r --rose -n
-rC|-rCn|-rCe|-rCne|-rCee|-rCnee|-rFCnee|-rCeee|-rCneeee
-s|-st|-su|-sw|-sS|-sU|-sSt|-stuw|-s6|-s6t|-s6u|-s6w|-s6S|-s4|-s4w|-s6tuw|-sSw|-sSU""".replace("\n", "|").split("|")
