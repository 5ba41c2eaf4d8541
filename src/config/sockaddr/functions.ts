import {isForwardable, isRfc6890, type HostNetwork, type InterfaceAddress} from './interface-address.ts';
import {attribute, filterAddresses, moveAddress, sortAddresses} from './address-operations.ts';
import {TemplateError} from './template-error.ts';

export type TemplateValue = string | number | readonly InterfaceAddress[];

/** A value as a template prints it: lists as their addresses. */
export function showValue(value: TemplateValue | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'object' ? value.map((item) => item.address).join(' ') : String(value);
}

type TemplateFunction = (args: readonly TemplateValue[], network: HostNetwork) => TemplateValue;

function text(args: readonly TemplateValue[], at: number): string {
  const value = args[at];
  if (typeof value === 'string') return value;
  throw new TemplateError(`argument ${at + 1} is not a text`);
}

function count(args: readonly TemplateValue[], at: number): number {
  const value = args[at];
  if (typeof value === 'number') return value;
  throw new TemplateError(`argument ${at + 1} is not a number`);
}

function list(args: readonly TemplateValue[], at: number): readonly InterfaceAddress[] {
  const value = args[at];
  if (Array.isArray(value)) return value as readonly InterfaceAddress[];
  throw new TemplateError(`argument ${at + 1} is not a list of addresses`);
}

function onDefaultInterface(network: HostNetwork): readonly InterfaceAddress[] {
  return network.addresses().filter((item) => item.isDefault);
}

function privateInterfaces(network: HostNetwork): readonly InterfaceAddress[] {
  return sortAddresses(onDefaultInterface(network).filter((item) => isRfc6890(item.address) && isForwardable(item.address)), 'default,type,size');
}

function publicInterfaces(network: HostNetwork): readonly InterfaceAddress[] {
  return sortAddresses(onDefaultInterface(network).filter((item) => !isRfc6890(item.address) && isForwardable(item.address)), 'default,type,size');
}

function ofInterface(name: string, network: HostNetwork): readonly InterfaceAddress[] {
  return sortAddresses(filterAddresses('name', name, network.addresses()).filter((item) => isForwardable(item.address)), '+type,+size');
}

function joinAddresses(items: readonly InterfaceAddress[]): string {
  return items.map((item) => item.address).join(' ');
}

const FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  GetAllInterfaces: (_, network) => network.addresses(),
  GetDefaultInterfaces: (_, network) => onDefaultInterface(network),
  GetPrivateInterfaces: (_, network) => privateInterfaces(network),
  GetPublicInterfaces: (_, network) => publicInterfaces(network),
  GetPrivateIP: (_, network) => privateInterfaces(network)[0]?.address ?? '',
  GetPublicIP: (_, network) => publicInterfaces(network)[0]?.address ?? '',
  GetPrivateIPs: (_, network) => joinAddresses(sortAddresses(network.addresses().filter((item) => isRfc6890(item.address) && isForwardable(item.address)), '+type,+size')),
  GetPublicIPs: (_, network) => joinAddresses(sortAddresses(network.addresses().filter((item) => !isRfc6890(item.address) && isForwardable(item.address)), '+type,+size')),
  GetInterfaceIP: (args, network) => ofInterface(text(args, 0), network)[0]?.address ?? '',
  GetInterfaceIPs: (args, network) => joinAddresses(ofInterface(text(args, 0), network)),
  include: (args) => filterAddresses(text(args, 0), text(args, 1), list(args, 2)),
  exclude: (args) => {
    const out = new Set(filterAddresses(text(args, 0), text(args, 1), list(args, 2)));
    return list(args, 2).filter((item) => !out.has(item));
  },
  sort: (args) => sortAddresses(list(args, 1), text(args, 0)),
  unique: (args) => {
    const by = text(args, 0);
    const seen = new Set<string>();
    return list(args, 1).filter((item) => {
      const value = by === 'name' ? item.interfaceName : item.address;
      return !seen.has(value) && seen.add(value).size > 0;
    });
  },
  limit: (args) => list(args, 1).slice(0, count(args, 0)),
  offset: (args) => list(args, 1).slice(count(args, 0)),
  join: (args) => list(args, 2).map((item) => attribute(text(args, 0), item)).join(text(args, 1)),
  attr: (args) => {
    const first = list(args, 1)[0];
    return first === undefined ? '' : attribute(text(args, 0), first);
  },
  math: (args) => list(args, 2).map((item) => moveAddress(text(args, 0), text(args, 1), item)),
  printf: (args) => {
    let next = 1;
    return text(args, 0).replace(/%([%vsdq])/g, (_, verb: string) => {
      if (verb === '%') return '%';
      const shown = showValue(args[next++]);
      return verb === 'q' ? JSON.stringify(shown) : shown;
    });
  },
  print: (args) => args.map(showValue).join(''),
  len: (args) => (typeof args[0] === 'string' ? args[0].length : list(args, 0).length),
  index: (args) => list(args, 0).slice(count(args, 1), count(args, 1) + 1),
};

/** Runs one of go-sockaddr's template functions (config.md §5.2). Throws TemplateError. */
export function callTemplateFunction(name: string, args: readonly TemplateValue[], network: HostNetwork): TemplateValue {
  const run = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (run === undefined) throw new TemplateError(`function "${name}" not defined`);
  return run(args, network);
}
