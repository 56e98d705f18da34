/** The version of the SDK, as it is sent with each event. */
export const VERSION = "0.1.0";
