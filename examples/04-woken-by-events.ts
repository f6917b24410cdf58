// An event brings the next look forward, and what the look sees decides. Lost, early and foreign events do no harm.
import { EventEmitter } from 'node:events';
import { on, waitFor } from 'unsleep';

const orders = new EventEmitter<{ changed: [id: number] }>();
const states = new Map([
  [1, 'packed'],
  [2, 'packed'],
]);

setTimeout(() => {
  orders.emit('changed', 2); // early: order 2 is not shipped yet
  setTimeout(() => {
    states.set(1, 'shipped');
    orders.emit('changed', 1); // another order
    states.set(2, 'shipped');
    orders.emit('changed', 2);
  }, 20);
}, 10);

const start = performance.now();
const causes: string[] = [];
await waitFor(() => states.get(2) === 'shipped', {
  wakeOn: on(orders, 'changed', (id) => id === 2),
  interval: '1h', // the safety net, in case an event is lost: here it never comes to it
  timeout: '2h',
  onLook: ({ wokenBy, verdict }) => causes.push(`${wokenBy}: ${verdict}`),
});
console.log(causes.join(', '));
console.log('in less than a second:', performance.now() - start < 1_000);
console.log('listeners left:', orders.listenerCount('changed'));

// Prints:
// start: not yet, event: not yet, event: done
// in less than a second: true
// listeners left: 0
