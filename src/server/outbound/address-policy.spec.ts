import { describe, expect, it } from "@jest/globals";
import { AddressPolicy } from "./address-policy.js";

const hostOf = (url: string): string => new URL(url).hostname;

describe("AddressPolicy", () => {
  const open = new AddressPolicy([]);

  it.each([
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.1",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:a9fe:a9fe",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "3fff::1",
    "not an address",
    "",
  ])("does not allow %s", (address) => {
    expect(open.allowsAddress(address)).toBe(false);
  });

  it.each(["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"])("allows %s", (address) => {
    expect(open.allowsAddress(address)).toBe(true);
  });

  it.each([
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://017700000001/",
    "http://0177.0.0.01/",
    "http://0/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:ffff:169.254.169.254]/",
    "http://169.254.169.254/latest/meta-data",
    "http://127.0.0.1./",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://anything.localhost/",
    "http://①②⑦.⓪.⓪.①/",
  ])("refuses the host of %s without a look-up", (url) => {
    expect(open.refusesHost(hostOf(url))).toBe(true);
  });

  it("leaves names to the look-up", () => {
    expect(open.refusesHost(hostOf("https://hooks.example.com/x"))).toBe(false);
  });

  it("allows what the operator names: addresses, CIDRs of both kinds, host names", () => {
    const policy = new AddressPolicy(["127.0.0.1", "10.1.0.0/16", "fd00::/8", "Hooks.Internal."]);
    expect(policy.allowsAddress("127.0.0.1")).toBe(true);
    expect(policy.allowsAddress("::ffff:127.0.0.1")).toBe(true);
    expect(policy.allowsAddress("127.0.0.2")).toBe(false);
    expect(policy.allowsAddress("10.1.255.255")).toBe(true);
    expect(policy.allowsAddress("10.2.0.0")).toBe(false);
    expect(policy.allowsAddress("fd12::1")).toBe(true);
    expect(policy.allowsAddress("fe80::1")).toBe(false);
    expect(policy.allowsName("hooks.internal")).toBe(true);
    expect(policy.allowsName("evil.hooks.internal")).toBe(false);
    expect(policy.refusesHost("localhost")).toBe(false);
  });

  it.each(["10.0.0.0/33", "10.0.0/8/1", "http://x", "fe80::/200"])("refuses %s as a setting", (entry) => {
    expect(() => new AddressPolicy([entry])).toThrow("SPANLEDGER_WEBHOOK_ALLOW");
  });
});
