const Page = () => <h1>Open to all</h1>;

export default Page;
