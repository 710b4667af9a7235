import { firstLanguage, showIn } from "./language.ts";

// In the page's head: what is painted first is in the reader's language already, and nothing moves.
showIn(firstLanguage());
