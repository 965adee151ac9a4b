/* the client of <version> */
(() => {
  const fault = '<fault>';
  const base = document.currentScript.src.replace(/\/static\/.*$/, '');
  const place = location.href.slice(base.length + 1).split(/[?#]/)[0].split('/');
  const root = document.getElementById('root');
  const show = (text) => root.appendChild(document.createElement('p')).append(text);
  const get = async (path) => {
    const answer = await fetch(`${base}/api/v4${path}`, { headers: { 'X-Requested-With': 'XMLHttpRequest' } });
    if (!answer.ok) throw new Error(`${answer.status} to ${path}`);
    return answer.json();
  };
  const channel = async (team, name) => {
    const { id } = await get(`/teams/name/${team}/channels/name/${name}`);
    const { order, posts } = await get(`/channels/${id}/posts`);
    order.reverse().forEach((post) => show(posts[post].message));
    const socket = new WebSocket(`${base.replace(/^http/, 'ws')}/api/v4/websocket`);
    await new Promise((done, failed) => { socket.onopen = done; socket.onerror = () => failed(new Error('no websocket')); });
  };
  const start = async () => {
    const { SiteName } = await get('/config/client?format=old');
    if (fault === 'page-empty') return;
    document.head.appendChild(document.createElement('script')).src = `${base}/static/chunks/<hash>.js`;
    if (place[1] === 'channels') await channel(place[0], place[2]);
    else show(place[0] === 'login' ? `Log in to ${SiteName}` : `${place[0]} of ${SiteName}`);
    if (fault === 'page-throws') setTimeout(() => { throw new TypeError('the client of <version> is not whole'); });
  };
  start().catch((error) => console.error(error.message));
})();
