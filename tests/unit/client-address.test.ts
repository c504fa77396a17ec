import { expect, test } from "vitest";
import { clientAddress, networkOf } from "../../server/platform/client-address.ts";

test.each([
  ["6.6.6.6, 203.0.113.7", "203.0.113.7"],
  ["6.6.6.6,1.1.1.1,203.0.113.7 ", "203.0.113.7"],
  ["203.0.113.7", "203.0.113.7"],
  ["203.0.113.7:51234", "203.0.113.7"],
  ["", "127.0.0.1"],
  [null, "127.0.0.1"],
])("of '%s' only the last entry is our proxy's: %s", (header, client) => {
  expect(clientAddress(header, "127.0.0.1")).toBe(client);
});

test.each([
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:DB8:1:2::6", "2001:db8:1:2::/64"],
  ["2001:0db8:0001:0002::", "2001:db8:1:2::/64"],
  ["[2001:db8:1:2::6]:443", "2001:db8:1:2::/64"],
  ["2001:db8::6", "2001:db8:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
])("the caller at %s is the network %s", (address, network) => {
  expect(clientAddress(undefined, address)).toBe(network);
});

test("who can't be told is one caller", () => {
  expect(clientAddress(undefined)).toBe("unknown");
});

test.each(["", "unix:", "999.1.1.1", "1.2.3", "proxy.internal", "1:2:3", "1::2::3", "zz::1", "12345::"])("what can't be read as an address is one caller: %s", (socket) => {
  expect(clientAddress(undefined, socket)).toBe("unknown");
});

test.each([
  ["203.0.113.7", "203.0.113.0/24"],
  ["203.0.113.250", "203.0.113.0/24"],
  ["203.0.114.7", "203.0.114.0/24"],
  ["2001:db8:1:12ff:3:4:5:6", "2001:db8:1:1200::/56"],
  ["2001:db8:1:1200::6", "2001:db8:1:1200::/56"],
  ["2001:db8:1:1300::6", "2001:db8:1:1300::/56"],
  ["::1", "0:0:0:0::/56"],
  ["not an address", "unknown"],
])("the address %s is in the network %s, as the bounds count it", (address, network) => {
  expect(networkOf(clientAddress(undefined, address))).toBe(network);
});
