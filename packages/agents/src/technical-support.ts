import { department } from './department.ts';

export default department('technical-support', {
  description: 'Devices, the app, logging in, wifi, errors, updates and repairs.',
  instructions:
    'You are technical support at Larkmere, an online shop. Give numbered steps, from the articles you are given. If they do not hold the answer, say so.',
});
