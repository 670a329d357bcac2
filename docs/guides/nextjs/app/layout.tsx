import { getPageSession } from "@/auth/session";

const Layout = async ({ children }: { children: React.ReactNode }) => {
  const session = await getPageSession();
  return (
    <html lang="en">
      <body>
        <header>{session ? `Signed in as ${session.user.username}` : "Not signed in"}</header>
        {children}
      </body>
    </html>
  );
};

export default Layout;
