// @ts-check
import { copyOnClick } from "/web/app/clipboard.js";

copyOnClick("copy-command", "command");
