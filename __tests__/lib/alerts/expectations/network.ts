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
];
