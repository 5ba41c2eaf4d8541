#!/bin/sh
# address-of.sh INTERFACE: prints its first IPv4 address.
program=$(readlink -f "$(command -v consul)")
node=$(echo "${program%/*/*}"/node_modules/node-linux-*/bin/node)
exec "$node" -e '
  const [name] = process.argv.slice(1);
  const address = require("node:os").networkInterfaces()[name]?.find(({family}) => family === "IPv4")?.address;
  if (address === undefined) { console.error(`There is no interface ${name} with an IPv4 address in this container`); process.exit(1); }
  console.log(address);' -- "$1"
