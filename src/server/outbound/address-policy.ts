import ipaddr from "ipaddr.js";
import { AppError } from "../domain/errors.js";

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** The only IPv6 space that is routed on the Internet; ranges inside it that are not are known by name. */
const GLOBAL_UNICAST_V6: Network = ipaddr.parseCIDR("2000::/3");

/**
 * Where outgoing alerts may go: public addresses, and what the operator allowed. A name in the allow-list is trusted
 * with whatever it resolves to; an address or CIDR allows exactly these addresses.
 */
export class AddressPolicy {
  readonly #names = new Set<string>();
  readonly #networks: Network[] = [];

  /** @throws AppError `invalid_request` for an entry that looks like an address or CIDR and is none. */
  constructor(allowed: readonly string[]) {
    for (const entry of allowed) this.#allow(entry);
  }

  /** Whether a host name is allowed by name. Case and a final dot do not matter. Never throws. */
  allowsName(name: string): boolean {
    return this.#names.has(normalName(name));
  }

  /** Whether an address may be connected to. False for text that is no IP address. Never throws. */
  allowsAddress(text: string): boolean {
    const address = parseAddress(text);
    if (address === null) return false;
    return isPublic(address) || this.#networks.some((network) => isInside(address, network));
  }

  /**
   * Whether a URL's host can be refused without asking DNS: an address that is not allowed, or a name that always means
   * this machine. `URL` has already turned hexadecimal, octal and short spellings into plain addresses.
   */
  refusesHost(hostname: string): boolean {
    const name = normalName(hostname.replace(/^\[|\]$/g, ""));
    if (this.allowsName(name)) return false;
    if (ipaddr.isValid(name)) return !this.allowsAddress(name);
    const isLocalName = name === "localhost" || name.endsWith(".localhost");
    return isLocalName && !this.allowsAddress("127.0.0.1") && !this.allowsAddress("::1");
  }

  #allow(entry: string): void {
    const text = entry.trim().replace(/^\[|\]$/g, "");
    if (ipaddr.isValidCIDR(text)) {
      this.#networks.push(ipaddr.parseCIDR(text));
      return;
    }
    const address = parseAddress(text);
    if (address !== null) {
      this.#networks.push([address, address.kind() === "ipv4" ? 32 : 128]);
      return;
    }
    if (text.includes("/") || text.includes(":") || text === "") {
      const message = `SPANLEDGER_WEBHOOK_ALLOW: "${entry}" is neither a host name, an address nor a CIDR`;
      throw new AppError("invalid_request", message);
    }
    this.#names.add(normalName(text));
  }
}

function normalName(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

/** IPv4 inside IPv6 counts as the IPv4 address it stands for. */
function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  return ipaddr.isValid(text) ? ipaddr.process(text) : null;
}

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== "unicast") return false;
  return address.kind() === "ipv4" || isInside(address, GLOBAL_UNICAST_V6);
}

function isInside(address: ipaddr.IPv4 | ipaddr.IPv6, [network, bits]: Network): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}
