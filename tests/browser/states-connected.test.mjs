// The states of the app with a server, as state-servers.mjs prepares it.
import { isConnected } from "./states.mjs";
import { sweep } from "./state-sweep.mjs";

sweep(isConnected);
