/** An instant in UTC for reading: its day, with the time of day where it is not midnight. */
export function dayTime(text: string): string {
  const time = text.slice(11, 16);
  return time === "00:00" || time === "" ? text.slice(0, 10) : `${text.slice(0, 10)} ${time}`;
}
