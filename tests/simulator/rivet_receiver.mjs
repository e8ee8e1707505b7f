// Zoom's own receiver of webhooks, from @zoom/rivet: node rivet_receiver.mjs MODULE SECRET, on a free port. It prints the
// port, and then each event that it has verified, one JSON text a line. It ends with its standard input.
import { pathToFileURL } from "node:url";

const [module, secret] = process.argv.slice(2);
const { HttpReceiver } = await import(pathToFileURL(module));
const say = (value) => process.stdout.write(JSON.stringify(value) + "\n");

const receiver = new HttpReceiver({ webhooksSecretToken: secret });
receiver.init({ eventEmitter: { emit: async (name, event) => say(event) } });
const server = await receiver.start(0);
say(server.address().port);
process.stdin.on("end", () => process.exit(0)).resume();
