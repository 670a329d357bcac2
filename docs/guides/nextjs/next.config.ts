import type { NextConfig } from "next";

const doorward = process.env.DOORWARD_URL;
const paths = ["/api/:path*", "/assets/:path*", "/account/:path*", "/recover", "/reset/:path*", "/invite/:code", "/logout"];

const config: NextConfig = {
  // After the app's own pages and routes.
  rewrites: async () => ({ fallback: paths.map((source) => ({ source, destination: `${doorward}${source}` })) }),
};
export default config;
