import { setUpLanguage } from "./dom.ts";

setUpLanguage(() => {});
