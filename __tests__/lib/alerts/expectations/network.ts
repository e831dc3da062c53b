import { APP, Labels, metrics, Situation, warning } from "../../../support/expectations";

const ETH0: Labels = { ...APP, device: "eth0" };

const BOND0: Labels = { ...APP, master: "bond0" };
const bond = (active: string) => metrics(BOND0, { node_bonding_slaves: "2x60", node_bonding_active: active });

/** An interface that receives `packets` per minute, of which some are damaged. */
const received = (packets: number, damaged: number) =>
  metrics(ETH0, {
    node_network_receive_packets_total: `0+${packets}x120`,
    node_network_receive_errs_total: `0+${damaged}x120`,
  });
const sent = (packets: number, failed: number) =>
  metrics(ETH0, {
    node_network_transmit_packets_total: `0+${packets}x120`,
    node_network_transmit_errs_total: `0+${failed}x120`,
  });
const dropped = (incoming: number, outgoing: number) =>
  metrics(ETH0, {
    node_network_receive_packets_total: "0+6000x120",
    node_network_receive_drop_total: `0+${incoming}x120`,
    node_network_transmit_packets_total: "0+6000x120",
    node_network_transmit_drop_total: `0+${outgoing}x120`,
  });

/** An interface whose link was lost as often as `interruptions` says. */
const link = (interruptions: string) => metrics(ETH0, { node_network_carrier_down_changes_total: interruptions });

interface Connections {
  readonly accepted: number;
  /** Connections that found the queue of a service full. @default 0 */
  readonly overflows?: number;
  /** Requests that were dropped for any reason. @default - the overflows */
  readonly drops?: number;
  /** Requests answered with a SYN cookie. @default 0 */
  readonly cookies?: number;
}

/** Connections to a server, per minute. */
const connections = ({ accepted, overflows = 0, drops = overflows, cookies = 0 }: Connections) =>
  metrics(APP, {
    node_netstat_Tcp_PassiveOpens: `0+${accepted}x120`,
    node_netstat_TcpExt_ListenOverflows: `0+${overflows}x120`,
    node_netstat_TcpExt_ListenDrops: `0+${drops}x120`,
    node_netstat_TcpExt_SyncookiesSent: `0+${cookies}x120`,
  });

export const network: readonly Situation[] = [
  {
    alert: "NetworkReceiveErrors",
    when: "61 of 6000 received packets are damaged",
    series: received(6000, 61),
    fires: { 60: [], 61: [warning(ETH0, "eth0 of app receives damaged packets")] },
  },
  {
    alert: "NetworkReceiveErrors",
    when: "60 of 6000 received packets are damaged",
    series: received(6000, 60),
    fires: { 120: [] },
  },
  {
    alert: "NetworkTransmitErrors",
    when: "61 of 6000 packets cannot be sent",
    series: sent(6000, 61),
    fires: { 60: [], 61: [warning(ETH0, "eth0 of app fails to send packets")] },
  },
  {
    alert: "NetworkTransmitErrors",
    when: "60 of 6000 packets cannot be sent",
    series: sent(6000, 60),
    fires: { 120: [] },
  },
  {
    alert: "NetworkDrops",
    when: "1260 of 12000 packets are dropped, all received ones",
    series: dropped(1260, 0),
    fires: { 30: [], 31: [warning(ETH0, "eth0 of app drops packets")] },
  },
  {
    alert: "NetworkDrops",
    when: "1260 of 12000 packets are dropped, all sent ones",
    series: dropped(0, 1260),
    fires: { 30: [], 31: [warning(ETH0)] },
  },
  {
    alert: "NetworkDrops",
    when: "600 packets are dropped in each direction",
    series: dropped(600, 600),
    fires: { 120: [] },
  },
  {
    alert: "BondDegraded",
    when: "one of two interfaces is down",
    series: bond("2x9 1x50"),
    fires: { 14: [], 15: [warning(BOND0, "The bond bond0 of app has failed interfaces")] },
  },
  { alert: "BondDegraded", when: "both interfaces are up", series: bond("2x60"), fires: { 60: [] } },
  {
    alert: "NetworkFlapping",
    when: "an interface loses its link three times at once",
    series: link("0x9 3x50"),
    fires: { 9: [], 10: [warning(ETH0, "eth0 of app loses its link again and again")], 23: [warning(ETH0)], 24: [] },
  },
  {
    alert: "NetworkFlapping",
    when: "an interface loses its link every five minutes",
    series: link("0x4 1x4 2x4 3x4 4x4 5x4 6x50"),
    fires: { 14: [], 15: [warning(ETH0)], 30: [warning(ETH0)] },
  },
  {
    alert: "NetworkFlapping",
    when: "a cable is plugged in anew, twice",
    series: link("0x9 2x50"),
    fires: { 10: [], 20: [] },
  },
  { alert: "NetworkFlapping", when: "the server reboots", series: link("9x9 2x50"), fires: { 10: [], 20: [] } },
  { alert: "NetworkFlapping", when: "the link was lost long ago", series: link("9x60"), fires: { 60: [] } },
  {
    alert: "ListenQueueFull",
    when: "61 of 6000 connections are refused",
    series: connections({ accepted: 5939, overflows: 61 }),
    fires: { 10: [], 11: [warning(APP, "A service on app accepts connections too slowly")] },
  },
  {
    alert: "ListenQueueFull",
    when: "60 of 6000 connections are refused",
    series: connections({ accepted: 5940, overflows: 60 }),
    fires: { 60: [] },
  },
  {
    alert: "ListenQueueFull",
    when: "a service hangs and accepts nothing",
    series: connections({ accepted: 0, overflows: 1 }),
    fires: { 11: [warning(APP)] },
  },
  {
    alert: "ListenQueueFull",
    when: "a service restarts during a burst of connections",
    series: {
      ...connections({ accepted: 600 }),
      ...metrics(APP, { node_netstat_TcpExt_ListenOverflows: "0x19 600x60" }),
    },
    fires: { 20: [], 22: [], 24: [], 30: [] },
  },
  { alert: "ListenQueueFull", when: "nobody connects", series: connections({ accepted: 0 }), fires: { 60: [] } },
  {
    alert: "SynQueueFull",
    when: "620 of 6000 requests are answered with a SYN cookie",
    series: connections({ accepted: 5380, cookies: 620, overflows: 100 }),
    fires: { 10: [], 11: [warning(APP, "app receives more requests for TCP connections than it can queue")] },
  },
  {
    alert: "SynQueueFull",
    when: "620 of 6000 requests are dropped",
    series: connections({ accepted: 5380, overflows: 100, drops: 720 }),
    fires: { 10: [], 11: [warning(APP)] },
  },
  {
    alert: "SynQueueFull",
    when: "600 of 6000 requests are answered with a SYN cookie",
    series: connections({ accepted: 5400, cookies: 600 }),
    fires: { 60: [] },
  },
  {
    alert: "SynQueueFull",
    when: "the queue of a service is full, which ListenQueueFull reports",
    series: connections({ accepted: 100, overflows: 900 }),
    fires: { 60: [] },
  },
  { alert: "SynQueueFull", when: "nobody connects", series: connections({ accepted: 0 }), fires: { 60: [] } },
];
