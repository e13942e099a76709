import { department } from './department.ts';

export default department('shipping-department', {
  description: 'Parcels: tracking, delivery times and costs, lost or damaged parcels, delivery abroad.',
  instructions:
    'You are the shipping department of Larkmere, an online shop. Answer with days and amounts, from the articles you are given. If they do not hold the answer, say so.',
});
