// Reads {panels: [{panel, frames}]} and prints, for each panel, what Grafana would show: its transformations and its words
// for values. Of {numbers: [{panel, frames}]} it prints the large numbers of each, of {absent: [panel]} how each shows that
// there is nothing: no series, null, NaN, undefined.
//
// Grafana's own code does it (@grafana/data). Its "time series to table" is part of the server's frontend and in no
// package, so it is written here: a row a series with its labels and, in a field "Trend #ref", the series itself.
const { lastValueFrom } = require('rxjs');

// Grafana 10's looks for a window when it is loaded, and 13's takes one that is there then for a browser's.
if (process.env.GRAFANA === 'oldest') globalThis.window = globalThis;
const data = require('@grafana/data');
globalThis.window = globalThis;
if (!globalThis.navigator) globalThis.navigator = { language: 'en-US', languages: ['en-US'] };

const timeSeriesTable = (frames) => {
  const isSeries = (frame) => frame.fields.length === 2 && frame.fields[1].labels;
  const series = frames.filter(isSeries);
  if (!series.length) return frames;
  const names = [...new Set(series.flatMap((frame) => Object.keys(frame.fields[1].labels)))];
  const labels = names.map((name) => ({ name, type: 'string', config: {}, values: series.map((f) => f.fields[1].labels[name]) }));
  const trend = { name: `Trend #${series[0].refId}`, type: 'frame', config: {}, values: series };
  return [...frames.filter((frame) => !isSeries(frame)), { refId: series[0].refId, length: series.length, fields: [...labels, trend] }];
};

const known = new Map(Object.values(data.standardTransformers).map((each) => [each.id, each]));
data.standardTransformersRegistry.setInit(() =>
  [...known.values()].map((each) => ({ id: each.id, name: each.name, transformation: () => Promise.resolve(each) }))
);

const taken = { shouldApply: () => true, process: (value) => value, override: (value) => value };
const standard = ['unit', 'min', 'max', 'decimals', 'noValue', 'mappings', 'links', 'color', 'thresholds', 'displayName'];
const custom = ['width', 'minWidth', 'filterable', 'cellOptions', 'axisSoftMax', 'lineStyle', 'drawStyle', 'fillOpacity'];
const fieldConfigRegistry = new data.Registry(() => [
  ...standard.map((id) => ({ id, path: id, name: id, ...taken })),
  ...custom.map((id) => ({ id: `custom.${id}`, path: id, name: id, isCustom: true, ...taken })),
]);

const transformed = async (transformations, frames) => {
  for (const { id } of transformations) {
    if (id !== 'timeSeriesTable' && !known.has(id)) throw new Error(`there is no transformation ${id}`);
  }
  const own = transformations.filter(({ id }) => id === 'timeSeriesTable').length;
  const start = own ? timeSeriesTable(frames) : frames;
  const rest = transformations.filter(({ id }) => id !== 'timeSeriesTable');
  return rest.length ? lastValueFrom(data.transformDataFrame(rest, start)) : start;
};

const text = (field, value) => {
  if (field.type === 'frame') return value === undefined ? '' : `${value.length} points`;
  return data.formattedValueToString(field.display(value));
};

// What a state timeline makes of a frame before it draws it: of the server's frontend as well. Values coloured by threshold
// are merged into the words of thresholds, if it merges.
const ofThreshold = ({ steps }, value) => {
  const place = steps.indexOf(data.getActiveThreshold(value, steps));
  return place ? `${steps[place].value}+` : steps.length > 1 ? `< ${steps[1].value}` : '-∞+';
};
const byThreshold = (field) => field.type === 'number' && field.config.color?.mode === 'thresholds';
const merged = (panel, field) => {
  if (panel.type !== 'state-timeline' || !panel.options.mergeValues || !byThreshold(field)) return field;
  const words = field.values.map((value) => (value == null ? value : ofThreshold(field.config.thresholds, value)));
  const colours = new Map(field.values.map((value, at) => [words[at], data.getActiveThreshold(value, field.config.thresholds.steps).color]));
  return { ...field, type: 'string', values: words, display: (value) => ({ text: String(value), color: colours.get(value) }) };
};
const shown = async ({ panel, frames }) => {
  const made = await transformed(panel.transformations ?? [], frames.map((frame) => data.toDataFrame(frame)));
  const ready = data.applyFieldOverrides({
    data: made, fieldConfig: panel.fieldConfig, fieldConfigRegistry, replaceVariables: (value) => value,
    theme: data.createTheme(), timeZone: 'utc',
  });
  const drawn = ready.map((frame) => ({ ...frame, fields: frame.fields.map((field) => merged(panel, field)) }));
  return drawn.map((frame) => ({
    columns: frame.fields.map((field) => data.getFieldDisplayName(field, frame, drawn)),
    rows: Array.from({ length: frame.length }, (_, row) => frame.fields.map((field) => text(field, field.values[row]))),
    colours: Array.from({ length: frame.length }, (_, row) =>
      frame.fields.map((field) => (['number', 'string'].includes(field.type) ? field.display(field.values[row]).color : null))
    ),
  }));
};

// The value a column has none of: under the panel's defaults, and under the override of every name.
const absent = (panel) => {
  const theme = data.createTheme();
  const replaceVariables = (value) => value;
  const names = panel.fieldConfig.overrides.map(({ matcher }) => matcher.options);
  const frame = data.toDataFrame({
    fields: ['Value', ...new Set(names)].map((name) => ({ name, type: 'number', values: [null, NaN, undefined] })),
  });
  const [ready] = data.applyFieldOverrides({
    data: [frame], fieldConfig: panel.fieldConfig, fieldConfigRegistry, replaceVariables, theme, timeZone: 'utc',
  });
  const seen = ready.fields.flatMap((field) =>
    [null, NaN, undefined].map((value) => {
      const { color, text } = field.display(value);
      return { of: field.name, value: String(value), color, text };
    })
  );
  if (panel.type !== 'stat') return seen;
  const asked = {
    fieldConfig: panel.fieldConfig, reduceOptions: panel.options.reduceOptions, replaceVariables, theme, timeZone: 'utc',
  };
  const numbers = [['no series', []], ...[null, NaN].map((value) => [`a series of ${value}`, [value]])];
  for (const [value, values] of numbers) {
    const field = { name: 'Value', type: 'number', values };
    const made = values.length ? data.applyFieldOverrides({
      data: [data.toDataFrame({ fields: [{ name: 'Time', type: 'time', values: [0] }, field] })],
      fieldConfig: panel.fieldConfig, fieldConfigRegistry, replaceVariables, theme, timeZone: 'utc',
    }) : [];
    for (const { display } of data.getFieldDisplayValues({ ...asked, data: made })) {
      seen.push({ of: 'the number', value, color: display.color, text: display.text });
    }
  }
  return seen;
};

// The large numbers of a stat panel: text and colour of each.
const numbers = ({ panel, frames }) => {
  const common = {
    fieldConfig: panel.fieldConfig, replaceVariables: (value) => value, theme: data.createTheme(), timeZone: 'utc',
  };
  const made = data.applyFieldOverrides({ ...common, data: frames.map((frame) => data.toDataFrame(frame)), fieldConfigRegistry });
  const values = data.getFieldDisplayValues({ ...common, data: made, reduceOptions: panel.options.reduceOptions });
  return values.map(({ display }) => [data.formattedValueToString(display), display.color]);
};

// JSON has no -Infinity: a base is saved as null, and Grafana restores it in a panel's defaults when it loads a dashboard.
const restored = (panel) => {
  for (const step of panel.fieldConfig.defaults.thresholds?.steps ?? []) step.value ??= -Infinity;
};

const main = async () => {
  const asked = JSON.parse(require('fs').readFileSync(0, 'utf8'));
  for (const { panel } of [...(asked.panels ?? []), ...(asked.numbers ?? [])]) restored(panel);
  (asked.absent ?? []).forEach(restored);
  if (asked.now) Date.now = () => asked.now; // "3 minutes ago" is seen from when the dashboard is looked at
  if (asked.intervals) {
    return asked.intervals.map((milliseconds) => data.rangeUtil.roundInterval(milliseconds));
  }
  if (asked.numbers) return asked.numbers.map(numbers);
  if (asked.absent) return asked.absent.map(absent);
  const answers = [];
  for (const panel of asked.panels) answers.push(await shown(panel));
  return answers;
};

main().then((answer) => process.stdout.write(JSON.stringify(answer)));
