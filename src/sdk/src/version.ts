/** Version of this package, as in its package.json (a test keeps them equal). */
export const SDK_VERSION = "0.1.0";
export const SDK_NAME = "@spanledger/sdk";
