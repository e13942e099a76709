export { echoModel, type ScriptedModel, type ScriptedTurn, scriptedModel } from './models.ts';
export { startBroker } from './start-broker.ts';
