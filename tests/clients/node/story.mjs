// What every client asks for: the other side is told by tests/clients/weather.py.
const { RELAY_URL, RELAY_KEY } = process.env;

export const url = RELAY_URL;
export const v1 = `${RELAY_URL}/v1`;
export const key = RELAY_KEY;
export const question = "What is the weather in Bergen?";
export const rules = "You know the weather.";
export const tool = "get_weather";
export const result = "Rain, 8 degrees";
export const schema = {
  type: "object",
  properties: { city: { type: "string", description: "Name of the city" } },
  required: ["city"],
  additionalProperties: false,
};
