// The app that is measured: main.ts, with additional servers if the environment asks for them.
// "./grow" must come first, because main.ts synthesizes when it is loaded.
import "./grow";
import "../../../../main";
