/** Style sheets are texts here: build.mjs. */
declare module "*.css" {
    const text: string;
    export default text;
}
