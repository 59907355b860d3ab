/**
 * High ports on which something other than HTTP listens by custom, so a signed request sent there probes or upsets
 * it. Includes the ports the fetch standard blocks. Ports below 1024 are refused anyway, 443 excepted.
 */
const NON_HTTP_PORTS = new Set([
  1080, 1099, 1194, 1433, 1434, 1521, 1719, 1720, 1723, 1883, 2049, 2181, 2375, 2376, 2377, 2379, 2380, 3128,
  3260, 3306, 3389, 3659, 4045, 4190, 4369, 5060, 5061, 5432, 5433, 5555, 5601, 5671, 5672, 5900, 5901, 5938,
  5984, 5985, 5986, 6000, 6379, 6380, 6432, 6443, 6566, 6660, 6661, 6662, 6663, 6664, 6665, 6666, 6667, 6668,
  6669, 6679, 6697, 7000, 7001, 8086, 8125, 8500, 8600, 9042, 9092, 9200, 9300, 9418, 10080, 10250, 10255,
  11211, 15672, 25565, 27017, 27018, 27019, 28015, 50000, 61616,
]);

/** Whether a public https endpoint may use this port. `''` is the URL's default, 443. */
export const isPortAllowed = (port: string): boolean => {
  if (port === '' || port === '443') return true;
  const number = Number(port);
  return number >= 1024 && number <= 65_535 && !NON_HTTP_PORTS.has(number);
};
