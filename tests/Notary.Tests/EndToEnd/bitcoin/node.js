'use strict';

// A Bitcoin node on regtest, in memory: bcoin, unchanged, with its JSON-RPC on loopback. It takes one command a line:
//   stamp HEX    puts 32 bytes into a transaction, mines it, and answers {"height", "tx", "txids"}: the transaction
//                without witness, and the block's transaction ids in the order of their bytes, all in hex
//   mine N       mines N blocks and answers {"height"}
// Run with: node node.js PORT API_KEY

const readline = require('readline');
const { FullNode, KeyRing, MTX, Script, Coin } = require('bcoin');

async function main() {
  const [port, apiKey] = process.argv.slice(2);
  const node = new FullNode({
    network: 'regtest', memory: true, httpHost: '127.0.0.1', httpPort: Number(port), apiKey, listen: false, workers: false,
  });
  await node.ensure();
  await node.open();

  const ring = KeyRing.generate('regtest');
  node.miner.addAddress(ring.getAddress());
  const coinbases = [];

  async function mine(tx, view) {
    const job = await node.miner.createJob();
    if (tx) {
      job.pushTX(tx, view);
      job.refresh();
    }
    const block = await job.mineAsync();
    const entry = await node.chain.add(block);
    if (!entry)
      throw new Error('the node refused its own block');
    coinbases.push({ tx: block.txs[0], height: entry.height });
    return { block, height: entry.height };
  }

  async function stamp(digest) {
    while (coinbases.length === 0 || node.chain.height - coinbases[0].height < 100)
      await mine();
    const { tx: coinbase, height } = coinbases.shift();
    const coin = Coin.fromTX(coinbase, 0, height);
    const mtx = new MTX();
    mtx.addCoin(coin);
    mtx.addOutput(Script.fromNulldata(digest), 0);
    mtx.addOutput(ring.getAddress(), coin.value - 10000);
    mtx.sign(ring);
    const tx = mtx.toTX();
    const mined = await mine(tx, mtx.view);
    if (mined.block.txs.length !== 2)
      throw new Error('the transaction is not in the block');
    return {
      height: mined.height,
      tx: tx.toNormal().toString('hex'),
      txids: mined.block.txs.map(each => each.hash().toString('hex')),
    };
  }

  console.log(JSON.stringify({ ready: true, height: node.chain.height }));
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [verb, argument] = line.split(' ');
    if (verb === 'stamp') {
      console.log(JSON.stringify(await stamp(Buffer.from(argument, 'hex'))));
    } else if (verb === 'mine') {
      for (let i = 0; i < Number(argument); i++)
        await mine();
      console.log(JSON.stringify({ height: node.chain.height }));
    }
  }

  await node.close();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
