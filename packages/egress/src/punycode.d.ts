/** The package comes without types; this is the part we use. */
declare module 'punycode.js' {
  const punycode: {
    /** Host name or label with `xn--` labels decoded. Throws RangeError for what is not Punycode. */
    toUnicode(host: string): string;
  };
  export default punycode;
}
